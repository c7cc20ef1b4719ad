import { createContext, useContext, useLayoutEffect, useMemo, useState } from 'react';
import { type BlockProps, Block as StreamdownBlock } from 'streamdown';
import { Fade } from './fade';

export const Streaming = createContext(false);

/** One block of Markdown, whose new words fade in while it is being written. */
export function Block(props: BlockProps) {
  const isStreaming = useContext(Streaming);
  const [fade] = useState(() => new Fade(isStreaming ? 0 : Number.POSITIVE_INFINITY));
  const rehypePlugins = useMemo(() => [...(props.rehypePlugins ?? []), fade.plugin], [props.rehypePlugins, fade]);
  useLayoutEffect(() => fade.painted());
  return <StreamdownBlock {...props} rehypePlugins={rehypePlugins} />;
}
