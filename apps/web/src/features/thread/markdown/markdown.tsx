import './markdown.css';
import { memo, useMemo } from 'react';
import { defaultRehypePlugins, type PluginConfig, Streamdown } from 'streamdown';
import { Block, Streaming } from './block';
import { ELEMENTS } from './elements';
import { hasMath, toDollars } from './math-notation';
import { rawAsText } from './raw-as-text';
import { type Lazy, useLazy } from './use-lazy';

const MATH: Lazy<NonNullable<PluginConfig['math']>> = { load: async () => (await import('./math')).math };

/** After Markdown has been read, never before: what is sanitised is what will be shown. */
const REHYPE = [rawAsText, defaultRehypePlugins.sanitize].filter((plugin) => plugin !== undefined);
const NO_PLUGINS: PluginConfig = {};

/** An answer in Markdown. Only the block that is being written renders while it streams. */
export const Markdown = memo(function Markdown({ text, isStreaming }: { text: string; isStreaming: boolean }) {
  const markdown = useMemo(() => toDollars(text), [text]);
  const math = useLazy(MATH, hasMath(markdown));
  const plugins = useMemo(() => (math ? { math } : NO_PLUGINS), [math]);
  return (
    <Streaming value={isStreaming}>
      <Streamdown
        className="space-y-0 text-base [font-variant-ligatures:no-contextual] [&_.katex]:text-[1.1em] [&>*:first-child]:mt-0 [&>*:last-child]:mb-0"
        components={ELEMENTS}
        rehypePlugins={REHYPE}
        plugins={plugins}
        controls={false}
        BlockComponent={Block}
        isAnimating={isStreaming}
        parseIncompleteMarkdown={isStreaming}
      >
        {markdown}
      </Streamdown>
    </Streaming>
  );
});
