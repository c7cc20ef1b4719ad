import { productUrl } from './browser.ts';

/** Opens /metrics of the shared product, which is behind a gateway. */
export const METRICS_TOKEN = 'a token for those who watch';

/** All values of a series together, as the shared product says them. */
export async function figure(series: string): Promise<number> {
  const answer = await fetch(`${productUrl()}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
  const lines = (await answer.text()).split('\n').filter((line) => /^\w+/.exec(line)?.[0] === series);
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
