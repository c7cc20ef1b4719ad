import pg from 'pg';

const PATIENCE_MILLISECONDS = 2_000;

/** What the driver knows of its connection, and does not declare. */
export interface Asked {
  processID: number | null;
  secretKey: number | null;
  host: string;
  port: number;
  ssl: unknown;
}

type Messenger = pg.Connection & {
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processID: number, secretKey: number): void;
  stream: { setTimeout(milliseconds: number, callback: () => void): void };
};
const Connection = pg.Connection as unknown as new (config: object) => Messenger;

/**
 * Asks the server, over a connection of its own as the protocol wants it, to drop what another connection asked for.
 * Nobody hears whether it does: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export const requestCancel = ({ processID, secretKey, host, port, ssl }: Asked): void => {
  if (processID === null || secretKey === null) return;
  const messenger = new Connection({ ssl });
  const leave = (): void => void messenger.stream.destroy();
  messenger.on('error', leave);
  if (ssl) messenger.once('connect', () => messenger.requestSsl());
  messenger.once(ssl ? 'sslconnect' : 'connect', () => {
    messenger.cancel(processID, secretKey);
    messenger.stream.end();
  });
  if (host.startsWith('/')) messenger.connect(`${host}/.s.PGSQL.${port}`);
  else messenger.connect(port, host);
  messenger.stream.setTimeout(PATIENCE_MILLISECONDS, leave);
};
