import type { Attributes, Span, Tracing } from '../metrics/tracing/tracing.ts';
import { PreparingClient } from './preparing-client.ts';
import { statementOf } from './slow-queries.ts';

type Settled = (error: unknown, ...result: unknown[]) => void;
const isCallback = (one: unknown): one is Settled => typeof one === 'function';

/** What connections are made of: where traces are kept, every statement is a step of one, without its values. */
export const clientFor = (tracing: Tracing | undefined): typeof PreparingClient => {
  if (!tracing?.isOn) return PreparingClient;
  return class TracedClient extends PreparingClient {
    // biome-ignore lint/suspicious/noExplicitAny: pg's own overloads, passed through
    override query(text: any, values?: any, ...rest: any[]): any {
      const statement: unknown = typeof text === 'string' ? text : text?.text;
      const span = typeof statement === 'string' ? open(tracing, statement) : undefined;
      if (!span) return super.query(text, values, ...rest);
      const given: unknown[] = [values, ...rest].map((one) => (isCallback(one) ? ending(span, one) : one));
      const answer = super.query(text, ...(given as [unknown]));
      if (answer instanceof Promise)
        answer.then(
          () => span.end(),
          (error: unknown) => fail(span, error),
        );
      return answer;
    }
  };
};

/** More texts than a program has written down are made while it runs, and are described anew each time. */
const MOST_STATEMENTS = 500;
const described = new Map<string, Attributes & { 'db.operation.name': string }>();

const open = (tracing: Tracing, query: string): Span | undefined => {
  if (!tracing.current) return undefined;
  const attributes = described.get(query) ?? describe(query);
  return tracing.open(attributes['db.operation.name'], 'client', attributes);
};

const describe = (query: string): Attributes & { 'db.operation.name': string } => {
  const statement = statementOf(query);
  const operation = /^\w+/.exec(statement)?.[0].toUpperCase() ?? 'SQL';
  const attributes = {
    'db.system.name': 'postgresql',
    'db.operation.name': operation,
    'db.query.text': statement,
  };
  if (described.size < MOST_STATEMENTS) described.set(query, attributes);
  return attributes;
};

const ending =
  (span: Span, callback: Settled): Settled =>
  (error, ...result) => {
    if (error) fail(span, error);
    else span.end();
    callback(error, ...result);
  };

const fail = (span: Span, error: unknown): void => {
  span.fail(error);
  span.end();
};
