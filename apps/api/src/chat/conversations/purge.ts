import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Logger } from '../../common/logger.ts';
import { ConversationStore } from './conversation-store.ts';

const INTERVAL_MILLISECONDS = 10 * 60 * 1000;

/** Removes for good what people deleted and did not take back within a day. */
@Injectable()
export class Purge implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: ConversationStore,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.store
        .purge()
        .catch((error: unknown) => this.logger.warn({ err: error }, 'could not purge deleted conversations'));
    }, INTERVAL_MILLISECONDS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }
}
