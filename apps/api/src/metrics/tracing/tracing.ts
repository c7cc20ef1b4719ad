/** Names after https://opentelemetry.io/docs/specs/semconv/; never a value that a person typed, and no secret. */
export type Attributes = Record<string, string | number | boolean>;
export type Kind = 'server' | 'client' | 'internal';

/** One step of a trace that is kept. */
export interface Span {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  note(attributes: Attributes): void;
  /** What went wrong, by class and code. Messages can hold what people wrote, and are in the log. */
  fail(error: unknown): void;
  /** To be called once; nothing is noted afterwards. */
  end(): void;
}

/** Who asks, as their `traceparent` header tells: https://www.w3.org/TR/trace-context/. */
type Traceparent = string | undefined;

/**
 * Where time went, step by step, in one request of many. Whether a trace is kept is decided at its beginning; where it is not, and
 * where nobody wants traces at all, everything below does the work it is given and nothing else. Never throws, never waits.
 */
export abstract class Tracing {
  /** Whether any trace is ever kept. */
  abstract readonly isOn: boolean;
  /** The step in which this runs; undefined where no trace is kept. */
  abstract readonly current: Span | undefined;
  /** Begins a trace, or goes on with the caller's. Undefined where it is not kept. */
  abstract begin(name: string, kind: Kind, attributes: Attributes, traceparent?: Traceparent): Span | undefined;
  /** A step within the current one, or within `parent`. Undefined where there is none. `links`: others that it serves as well. */
  abstract open(
    name: string,
    kind: Kind,
    attributes: Attributes,
    parent?: Span,
    links?: readonly Span[],
  ): Span | undefined;
  /** All that `work` does, now and later, happens in this step; with undefined, in none. */
  abstract inside<T>(span: Span | undefined, work: () => T): T;

  /** A trace of its own for `work`, whatever runs around it. */
  whole<T>(name: string, kind: Kind, attributes: Attributes, work: () => Promise<T>): Promise<T> {
    return this.during(this.begin(name, kind, attributes), work);
  }

  /** A step of what is going on. */
  part<T>(name: string, kind: Kind, attributes: Attributes, work: (span?: Span) => Promise<T>): Promise<T> {
    const span = this.open(name, kind, attributes);
    return span ? this.during(span, work) : work();
  }

  /** Does `work` inside `span`, and ends it with how that ended. */
  async during<T>(span: Span | undefined, work: (span?: Span) => Promise<T>): Promise<T> {
    try {
      return await this.inside(span, () => work(span));
    } catch (error) {
      span?.fail(error);
      throw error;
    } finally {
      span?.end();
    }
  }
}

/** Where nobody wants traces. */
export class NoTracing extends Tracing {
  readonly isOn = false;
  readonly current = undefined;

  begin(): undefined {
    return undefined;
  }

  open(): undefined {
    return undefined;
  }

  inside<T>(_span: Span | undefined, work: () => T): T {
    return work();
  }

  override whole<T>(_name: string, _kind: Kind, _attributes: Attributes, work: () => Promise<T>): Promise<T> {
    return work();
  }

  override part<T>(_name: string, _kind: Kind, _attributes: Attributes, work: () => Promise<T>): Promise<T> {
    return work();
  }

  override during<T>(_span: Span | undefined, work: () => Promise<T>): Promise<T> {
    return work();
  }
}
