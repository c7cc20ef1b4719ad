import pg from 'pg';

/** The embedded server, seen as a client. */
export interface Login {
  port: number;
  password: string;
}

const USER = 'chatbox';
const DATABASE = 'chatbox';

export const urlOf = ({ port, password }: Login, database = DATABASE): string =>
  `postgresql://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;

const withClient = async <T>(login: Login, use: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: urlOf(login, 'postgres'), connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
};

/** The data folder of the server that answers to this login, or `null` while none does. */
export const answers = (login: Login): Promise<string | null> =>
  withClient(login, async (client) => {
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return rows[0]?.data_directory ?? null;
  }).catch(() => null);

export const ensureDatabase = (login: Login): Promise<void> =>
  withClient(login, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (!rowCount) await client.query(`CREATE DATABASE ${DATABASE}`);
  });
