import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Logger } from '../../common/logger.ts';
import { Config } from '../../config/config.ts';
import { alertLetter, type LinkPurpose, letter } from '../mail/letters.ts';
import { Mailer } from '../mail/mailer.ts';
import { type Due, Outbox } from '../mail/outbox.ts';
import { Credentials } from './credentials.ts';
import { Links } from './links.ts';

/** How late a letter can be whose hint was lost, or that another node left behind. */
const ROUND_MILLISECONDS = 5_000;

/** Takes letters out of the outbox, makes their links and hands them to the mail server. Any number of nodes may do it at once. */
@Injectable()
export class Postman implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | null = null;
  private again = false;
  private stopping = false;

  constructor(
    private readonly outbox: Outbox,
    private readonly mailer: Mailer,
    private readonly links: Links,
    private readonly credentials: Credentials,
    private readonly config: Config,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.mailer.configured) return;
    this.outbox.onHurry(() => this.begin());
    this.timer = setInterval(() => this.begin(), ROUND_MILLISECONDS).unref();
    this.begin();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.round;
  }

  private begin(): void {
    if (this.round) {
      this.again = true;
      return;
    }
    this.round = this.deliverAll()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'the outbox could not be read'))
      .finally(() => {
        this.round = null;
        if (!this.again || this.stopping) return;
        this.again = false;
        this.begin();
      });
  }

  private async deliverAll(): Promise<void> {
    for (let due = await this.next(); due; due = await this.next()) {
      try {
        await this.deliver(due);
        await this.outbox.done(due);
      } catch (error) {
        this.logger.warn({ err: error, letterId: due.id, attempts: due.attempts }, 'a letter could not be sent');
      }
    }
  }

  private next(): Promise<Due | null> {
    return this.stopping ? Promise.resolve(null) : this.outbox.take();
  }

  private async deliver(due: Due): Promise<void> {
    const service = this.config.PUBLIC_URL;
    if (service === undefined) throw new Error('PUBLIC_URL is not set');
    if (due.kind === 'password_changed' || due.kind === 'email_changed' || due.kind === 'new_sign_in')
      return this.mailer.send(due.recipient, letter(due.kind, service));
    if (due.kind === 'alert') {
      if (due.about !== null) await this.mailer.send(due.recipient, alertLetter(due.about, service));
      return;
    }
    const accountId = await this.entitled(due.kind, due);
    // Nobody is entitled: the letter is done with, and nobody outside can tell.
    if (accountId === null) return;
    const { path } = await this.links.make({ accountId, purpose: due.kind, email: due.recipient });
    await this.mailer.send(due.recipient, letter(due.kind, service, new URL(path, service).href));
  }

  /** Whose link the recipient may have now; the world may have changed since the letter was written down. */
  private async entitled(purpose: LinkPurpose, { recipient, accountId }: Due): Promise<string | null> {
    const holder = await this.credentials.accountOf(recipient);
    if (purpose === 'reset_password') return holder?.id ?? null;
    if (purpose === 'change_email') return holder === null ? accountId : null;
    return holder !== null && holder.id === accountId ? accountId : null;
  }
}
