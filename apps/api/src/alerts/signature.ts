import { createHmac } from 'node:crypto';

interface Message {
  id: string;
  timestamp: Date;
  body: string;
}

/** Headers of Standard Webhooks 1.0 (https://www.standardwebhooks.com): whoever knows the secret can tell that it is ours, and not a repeat. */
export const signed = ({ id, timestamp, body }: Message, secret: string): Record<string, string> => {
  const seconds = Math.floor(timestamp.getTime() / 1000);
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` };
};

const keyOf = (secret: string): Buffer =>
  secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);
