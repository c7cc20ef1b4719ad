import type { Alert } from '@chatbox/contracts';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Egress } from '../common/egress/egress.ts';
import { Logger } from '../common/logger.ts';
import { Config } from '../config/config.ts';
import { type NoticeEvent, NoticeStore } from './notice-store.ts';
import { signed } from './signature.ts';
import { type Call, WebhookCalls } from './webhook-calls.ts';
import { pageOf } from './wording.ts';

/** How late a call can be whose hint was lost, or that another replica left behind. */
const ROUND_MILLISECONDS = 10_000;
const PATIENCE_MILLISECONDS = 5_000;
const MOST_BYTES = 64 * 1024;

/** Tells the webhook of the configuration. One that is slow or dead keeps nobody else waiting: nothing waits for it. */
@Injectable()
export class Webhook implements OnApplicationBootstrap, OnApplicationShutdown {
  /** The address is the operator's choice and may be in a private network; a redirect of it is not followed. */
  private readonly egress = new Egress({
    reach: 'private',
    mostBytes: MOST_BYTES,
    totalMilliseconds: PATIENCE_MILLISECONDS,
  });
  private readonly stopped = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | null = null;

  constructor(
    private readonly calls: WebhookCalls,
    private readonly store: NoticeStore,
    private readonly config: Config,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.ALERT_WEBHOOK_URL === undefined) return;
    this.calls.onHurry(() => this.begin());
    this.timer = setInterval(() => this.begin(), ROUND_MILLISECONDS).unref();
    this.begin();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stopped.abort();
    await this.round;
    await this.egress.close();
  }

  private begin(): void {
    this.round ??= this.tellAll()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'the calls of the webhook could not be read'))
      .finally(() => {
        this.round = null;
      });
  }

  private async tellAll(): Promise<void> {
    for (let call = await this.next(); call; call = await this.next()) {
      try {
        await this.tell(call);
        await this.calls.done(call);
      } catch (error) {
        const reason = reasonOf(error);
        this.logger.warn({ callId: call.id, attempts: call.attempts, reason }, 'the webhook was not reached');
      }
    }
  }

  private next(): Promise<Call | null> {
    return this.stopped.signal.aborted ? Promise.resolve(null) : this.calls.take();
  }

  private async tell({ id, event, noticeId }: Call): Promise<void> {
    const alert = await this.store.find(noticeId);
    if (alert !== null) await this.post(id, event, alert);
  }

  /** Of what cannot be written down first. One attempt; says whether it was heard, also where nobody wants to hear it. */
  async tellAtOnce(event: NoticeEvent, alert: Alert): Promise<boolean> {
    try {
      await this.post(`${alert.id}.${event}`, event, alert);
      return true;
    } catch (error) {
      this.logger.warn({ alert: alert.kind, event, reason: reasonOf(error) }, 'the webhook was not reached');
      return false;
    }
  }

  private async post(id: string, event: NoticeEvent, alert: Alert): Promise<void> {
    const { ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: secret, PUBLIC_URL: service } = this.config;
    if (url === undefined || secret === undefined) return;
    const timestamp = new Date();
    const body = JSON.stringify({
      type: `alert.${event}`,
      timestamp: timestamp.toISOString(),
      data: { ...alert, ...(service && { url: new URL(pageOf(alert.kind), service).href }) },
    });
    const answer = await this.egress.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signed({ id, timestamp, body }, secret) },
      body,
      redirect: 'error',
      signal: this.stopped.signal,
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
  }
}

/** Never the address: it may hold a secret of the receiver's. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code ?? (cause instanceof Error ? cause.name : error.message);
};
