import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Alert } from '@chatbox/contracts';

export const WEBHOOK_SECRET = 'whsec_YSBsb25nIGVub3VnaCBzZWNyZXQ=';
const KEY = Buffer.from('a long enough secret');

export interface Received {
  id: string;
  type: string;
  alert: Alert & { url?: string };
  raw: string;
}

/** Takes calls as a receiver of Standard Webhooks does: what is not signed with the secret is refused. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  /** The next call about this it fails, as a receiver that is being deployed does. */
  failingAbout: Alert['kind'] | null = null;
  /** Ids of the calls that it failed. */
  readonly failed: string[] = [];
  forged = 0;

  private constructor(private readonly server: Server) {}

  static async open(): Promise<WebhookReceiver> {
    const server = createServer(async (request, response) => {
      let raw = '';
      for await (const chunk of request) raw += String(chunk);
      const [id, at, signature] = ['id', 'timestamp', 'signature'].map((name) =>
        String(request.headers[`webhook-${name}`]),
      );
      const wanted = `v1,${createHmac('sha256', KEY).update(`${id}.${at}.${raw}`).digest('base64')}`;
      if (signature !== wanted || Math.abs(Date.now() / 1000 - Number(at)) > 60) {
        receiver.forged += 1;
        response.writeHead(401).end();
        return;
      }
      const { type, data } = JSON.parse(raw) as { type: string; data: Alert };
      if (receiver.failingAbout === data.kind) {
        receiver.failingAbout = null;
        receiver.failed.push(String(id));
        response.writeHead(503).end();
      } else {
        receiver.received.push({ id: String(id), type, alert: data, raw });
        response.writeHead(204).end();
      }
    });
    const receiver = new WebhookReceiver(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  /** With a secret in it, as receivers hand them out. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hooks/canary-of-the-receiver`;
  }

  about(kind: Alert['kind']): Received[] {
    return this.received.filter(({ alert }) => alert.kind === kind);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
