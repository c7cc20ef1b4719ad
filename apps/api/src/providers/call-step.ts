import type { Usage } from '@chatbox/contracts';
import type { Attributes, Tracing } from '../metrics/tracing/tracing.ts';
import { labelsOf } from './catalogue.ts';
import type { ResolvedModel } from './provider.ts';

/**
 * One call of a model as a step of what is going on, after https://opentelemetry.io/docs/specs/semconv/gen-ai/: who was asked and how much
 * was said, never what. `work` returns what the provider says it used; `more` tells what the call is for.
 */
export const callStep = (
  tracing: Tracing,
  { model }: ResolvedModel,
  more: Attributes,
  work: () => Promise<Usage | undefined>,
): Promise<Usage | undefined> => {
  const { provider, model: label } = labelsOf(model);
  const attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': model.provider,
    'gen_ai.request.model': label,
    'chatbox.connection': provider,
    ...more,
  };
  return tracing.part(`chat ${label}`, 'client', attributes, async (span) => {
    const usage = await work();
    if (usage)
      span?.note({
        'gen_ai.usage.input_tokens': usage.inputTokens,
        'gen_ai.usage.output_tokens': usage.outputTokens,
      });
    return usage;
  });
};
