import type { Engine } from '@chatbox/engine';
import type { DataSource } from 'typeorm';
import type { Logger } from '../../common/logger.ts';
import type { Config } from '../../config/config.ts';
import type { Metrics } from '../metrics.ts';
import { HistorySource } from './history-source.ts';
import { MetricHistory } from './metric-history.ts';
import type { MetricSource } from './metric-source.ts';
import { PrometheusSource } from './prometheus-source.ts';
import { Sampler } from './sampler.ts';
import { GAUGE_RULES, KEPT_SERIES } from './widgets.ts';

/** The one place that knows who remembers the figures: a Prometheus where there is one, else this installation itself. */
export const openSource = (
  config: Config,
  source: DataSource,
  engine: Engine,
  metrics: Metrics,
  logger: Logger,
): MetricSource => {
  if (config.MONITORING_API !== undefined)
    return new PrometheusSource({
      url: config.MONITORING_API,
      token: config.MONITORING_API_TOKEN,
      labels: config.MONITORING_API_LABELS,
    });
  const history = new MetricHistory(source);
  const sampler = new Sampler(
    metrics,
    history,
    {
      node: engine.nodeId,
      everySeconds: config.METRICS_HISTORY_SECONDS,
      keep: KEPT_SERIES,
      rules: GAUGE_RULES,
    },
    logger,
  );
  return new HistorySource(history, GAUGE_RULES, sampler);
};
