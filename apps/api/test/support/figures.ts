import type { Dashboard, DashboardRange, Widget, WidgetId } from '@chatbox/contracts';
import type { TestApp } from '../harness/test-app.ts';

type Door = Pick<TestApp, 'api'>;
interface Value {
  labels: Record<string, string>;
  value: number;
}

/** What /metrics says of a series, once for each of its labels. */
export async function metricValues(app: Door, series: string): Promise<Value[]> {
  const { body } = await app.api<string>('GET', '/metrics');
  return body.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name !== series) return [];
    const named = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', text = '']) => [label, text]);
    return [{ labels: Object.fromEntries(named) as Record<string, string>, value: Number(value) }];
  });
}

/** All that fit, together. */
export async function metricSum(
  app: Door,
  series: string,
  fits: (labels: Value['labels']) => boolean = () => true,
): Promise<number> {
  const values = await metricValues(app, series);
  return values.filter(({ labels }) => fits(labels)).reduce((sum, { value }) => sum + value, 0);
}

export async function dashboardOf(app: Door, token: string, range: DashboardRange = '15m'): Promise<Dashboard> {
  const { status, body } = await app.api<Dashboard>('GET', `/api/v1/admin/dashboard?range=${range}`, { token });
  if (status !== 200) throw new Error(`The dashboard was answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

export function widgetOf({ widgets }: Pick<Dashboard, 'widgets'>, id: WidgetId): Widget {
  const widget = widgets.find((one) => one.id === id);
  if (!widget) throw new Error(`there is no widget ${id}`);
  return widget;
}
