import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  createNoopMeter,
  defaultTextMapGetter,
  INVALID_TRACEID,
  type MeterProvider,
  type MetricAttributes,
  ROOT_CONTEXT,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  type Span as OtelSpan,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { codeOf } from '../../common/start-error.ts';
import { VERSION } from '../../common/version.ts';
import type { Deliveries } from '../deliveries.ts';
import { resource } from '../resource.ts';
import { type Attributes, type Kind, type Span, Tracing } from './tracing.ts';

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };
/** What waits to be sent; beyond it spans are dropped, because a receiver that is away must not cost memory. */
const MOST_WAITING = 2_048;
const MOST_AT_ONCE = 512;
const SEND_AFTER_MILLISECONDS = 2_000;
const GIVE_UP_MILLISECONDS = 5_000;
const LONGEST_VALUE = 500;
const W3C = new W3CTraceContextPropagator();

interface Receiver {
  /** Without the `/v1/traces` at its end. */
  url: string;
  headers: Record<string, string>;
  /** Of all traces, 0 to 1. */
  ratio: number;
}

/**
 * Traces by OpenTelemetry's own SDK, sent as OTLP over HTTP. Spans are made at the seams of this program, and nothing is patched: what
 * is patched breaks silently where modules are loaded otherwise than the patch expects. Keeps nothing global, so that two of
 * them can live in one process.
 */
export class OtlpTracing extends Tracing {
  readonly isOn = true;
  private readonly steps = new AsyncLocalStorage<OtlpSpan | undefined>();
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;
  private readonly ratio: number;

  constructor({ url, headers, ratio }: Receiver, deliveries: Deliveries) {
    super();
    this.ratio = ratio;
    const exporter = new OTLPTraceExporter({
      url: `${url}/v1/traces`,
      headers,
      timeoutMillis: GIVE_UP_MILLISECONDS,
      concurrencyLimit: 2,
    });
    // A caller may name the trace, but not decide that it is kept: that costs money, and is for the operator to say. Where nobody
    // has named it, what decides is thrown before there is anything to decide about: nine of ten cost nothing.
    const ours = new TraceIdRatioBasedSampler(ratio);
    this.provider = new TracerProvider({
      resource: resource(),
      sampler: new ParentBasedSampler({
        root: new AlwaysOnSampler(),
        remoteParentSampled: ours,
        remoteParentNotSampled: ours,
      }),
      spanLimits: { attributeValueLengthLimit: LONGEST_VALUE },
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: deliveries.counted('traces', exporter),
          maxQueueSize: MOST_WAITING,
          maxExportBatchSize: MOST_AT_ONCE,
          scheduledDelayMillis: SEND_AFTER_MILLISECONDS,
          exportTimeoutMillis: GIVE_UP_MILLISECONDS,
          selfObsMeterProvider: tellingOfDrops(() => deliveries.dropped('traces')),
        }),
      ],
    });
    this.tracer = this.provider.getTracer('chatbox', VERSION);
  }

  get current(): OtlpSpan | undefined {
    return this.steps.getStore();
  }

  begin(name: string, kind: Kind, attributes: Attributes, traceparent?: string): OtlpSpan | undefined {
    const from =
      traceparent === undefined ? ROOT_CONTEXT : W3C.extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter);
    // What is no traceparent gives nothing to go on with.
    if (from === ROOT_CONTEXT && Math.random() >= this.ratio) return undefined;
    return this.start(name, { kind: KINDS[kind], attributes }, from);
  }

  open(
    name: string,
    kind: Kind,
    attributes: Attributes,
    parent: Span | undefined = this.current,
    links: readonly Span[] = [],
  ): OtlpSpan | undefined {
    if (!(parent instanceof OtlpSpan)) return undefined;
    const others = links.flatMap((link) =>
      link instanceof OtlpSpan && link !== parent ? [{ context: link.span.spanContext() }] : [],
    );
    const options = { kind: KINDS[kind], attributes, links: others };
    return this.start(name, options, trace.setSpan(ROOT_CONTEXT, parent.span));
  }

  inside<T>(span: Span | undefined, work: () => T): T {
    return this.steps.run(span instanceof OtlpSpan ? span : undefined, work);
  }

  /** Sends what waits, for as long as there is patience. */
  async close(): Promise<void> {
    await this.provider.shutdown().catch(() => undefined);
  }

  private start(name: string, options: SpanOptions, from: Context): OtlpSpan | undefined {
    const span = this.tracer.startSpan(name, options, from);
    const { traceFlags, traceId } = span.spanContext();
    const isKept = (traceFlags & TraceFlags.SAMPLED) !== 0 && traceId !== INVALID_TRACEID;
    return isKept ? new OtlpSpan(span as OtelSpan) : undefined;
  }
}

/** The SDK counts for itself what has no room in its queue, and tells nobody else. */
const tellingOfDrops = (dropped: () => void): MeterProvider => {
  const add = (count: number, attributes: MetricAttributes = {}): void => {
    if (attributes['error.type'] !== 'queue_full') return;
    for (let span = 0; span < count; span += 1) dropped();
  };
  return { getMeter: () => Object.assign(createNoopMeter(), { createCounter: () => ({ add }) }) };
};

class OtlpSpan implements Span {
  readonly traceId: string;

  constructor(readonly span: OtelSpan) {
    this.traceId = span.spanContext().traceId;
  }

  note(attributes: Attributes): void {
    this.span.setAttributes(attributes);
  }

  fail(error: unknown): void {
    const name = error instanceof Error ? error.name : typeof error;
    this.span.setAttribute('error.type', String(codeOf(error) ?? name));
    this.span.setStatus({ code: SpanStatusCode.ERROR });
  }

  end(): void {
    this.span.end();
  }
}
