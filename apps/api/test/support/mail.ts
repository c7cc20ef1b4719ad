import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface Mail {
  from: string;
  to: string[];
  raw: string;
  /** The plain text, decoded. */
  text: string;
  /** Token of the link in it. */
  token: string;
}

/** A real SMTP server that keeps what it is given. */
export class MailServer {
  readonly mails: Mail[] = [];
  /** How many of the next letters it refuses, as a full disk would. */
  refusing = 0;
  private waiting: (() => void)[] = [];

  private constructor(private readonly server: SMTPServer) {}

  static async open(): Promise<MailServer> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          if (mailServer.refusing > 0) {
            mailServer.refusing -= 1;
            done(Object.assign(new Error('insufficient storage'), { responseCode: 452 }));
            return;
          }
          const { mailFrom, rcptTo } = session.envelope;
          mailServer.keep(
            Buffer.concat(chunks).toString(),
            mailFrom ? mailFrom.address : '',
            rcptTo.map(({ address }) => address),
          );
          done();
        });
      },
    });
    const mailServer = new MailServer(server);
    const listener = server.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return mailServer;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  /** The newest mail to this address whose subject contains the words; waits until there is one. */
  async to(address: string, subject: string, after = 0): Promise<Mail> {
    const deadline = AbortSignal.timeout(8_000);
    for (;;) {
      const found = this.mails.slice(after).findLast(({ to, raw }) => to.includes(address) && raw.includes(subject));
      if (found) return found;
      if (deadline.aborted) throw new Error(`no mail «${subject}» came to ${address}`);
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
        deadline.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(resolve));
  }

  private keep(raw: string, from: string, to: string[]): void {
    const text = decoded(raw);
    this.mails.push({ from, to, raw, text, token: /#token=([\w-]+)/.exec(text)?.[1] ?? '' });
    for (const wake of this.waiting.splice(0)) wake();
  }
}

/** RFC 2045 6.7, as far as these letters need it. */
const decoded = (raw: string): string => {
  const part = /Content-Type: text\/plain[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/.exec(raw)?.[1] ?? '';
  return part
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
};
