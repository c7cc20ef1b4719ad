import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import { Config } from '../../config/config.ts';
import type { Letter } from './letters.ts';

const PATIENCE_MILLISECONDS = 10_000;

/** Hands letters to the SMTP server of the configuration. */
@Injectable()
export class Mailer implements OnApplicationShutdown {
  /** Whether there is a server to hand letters to. */
  readonly configured: boolean;
  private readonly transport: ReturnType<typeof openTransport> | null;

  constructor(private readonly config: Config) {
    this.transport = config.SMTP_URL === undefined ? null : openTransport(config.SMTP_URL);
    this.configured = this.transport !== null;
  }

  /** Resolves when the server has taken it; throws when it has not. */
  async send(recipient: string, { subject, text, html }: Letter): Promise<void> {
    if (this.transport === null || this.config.MAIL_FROM === undefined) throw new Error('no mail server is configured');
    await this.transport.sendMail({
      from: this.config.MAIL_FROM,
      // An object: the address is taken as it is, never as a list.
      to: { name: '', address: recipient },
      subject,
      text,
      html,
      // RFC 3834: no holiday answers to this.
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
  }

  onApplicationShutdown(): void {
    this.transport?.close();
  }
}

const openTransport = (url: string) =>
  createTransport({
    url,
    connectionTimeout: PATIENCE_MILLISECONDS,
    greetingTimeout: PATIENCE_MILLISECONDS,
    socketTimeout: PATIENCE_MILLISECONDS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
