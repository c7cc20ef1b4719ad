import { useEffect, useId, useState } from 'react';
import type { DiagramPlugin } from 'streamdown';
import { useDark } from '@/components/preferences';
import { Button } from '@/components/ui/button';
import { Skeleton } from '@/components/ui/skeleton';
import { CodeBlock } from './code-block';
import { type Lazy, useLazy } from './use-lazy';

const MERMAID: Lazy<DiagramPlugin> = { load: async () => (await import('@streamdown/mermaid')).createMermaidPlugin() };

/** Drawn once its source is whole. The drawing is an image of its own document: nothing in it can touch this page. */
export function Diagram({ source, isIncomplete }: { source: string; isIncomplete: boolean }) {
  const mermaid = useLazy(MERMAID, !isIncomplete);
  const isDark = useDark();
  const id = useId().replace(/[^a-z0-9]/gi, '');
  const [image, setImage] = useState<{ address: string; width: number | undefined }>();
  const [error, setError] = useState(false);
  const [showsSource, setShowsSource] = useState(false);
  useEffect(() => {
    if (!mermaid || isIncomplete) return;
    let isCurrent = true;
    const instance = mermaid.getMermaid({
      theme: isDark ? 'dark' : 'neutral',
      securityLevel: 'strict',
      htmlLabels: false,
      flowchart: { htmlLabels: false },
      fontFamily: 'ui-sans-serif, system-ui, sans-serif',
    });
    instance.render(`diagram-${id}`, source).then(
      ({ svg }) => isCurrent && setImage(imageOf(svg)),
      () => isCurrent && setError(true),
    );
    return () => {
      isCurrent = false;
    };
  }, [mermaid, source, isIncomplete, isDark, id]);

  if (isIncomplete || error || showsSource) {
    return (
      <>
        <CodeBlock code={source} language="mermaid" />
        {error ? (
          <p className="-mt-2 mb-4 text-xs text-muted-foreground">This diagram has an error in its source.</p>
        ) : null}
        {showsSource ? <Switch label="Show the diagram" onClick={() => setShowsSource(false)} /> : null}
      </>
    );
  }
  return (
    <figure className="my-4">
      <div className="overflow-x-auto rounded-lg border bg-raised p-4">
        {image ? (
          // biome-ignore lint/performance/noImgElement: drawn here, there is nothing to optimise
          <img
            src={image.address}
            width={image.width}
            alt="Diagram; its source says what is in it"
            className="mx-auto h-auto max-w-full"
          />
        ) : (
          <Skeleton className="h-40" />
        )}
      </div>
      <Switch label="Show the source" onClick={() => setShowsSource(true)} />
    </figure>
  );
}

/** Mermaid says its natural width in a style only; without it an image fills what it is given. */
function imageOf(svg: string) {
  const width = /max-width:\s*([\d.]+)px/.exec(svg)?.[1];
  return {
    address: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`,
    width: width === undefined ? undefined : Math.round(Number(width)),
  };
}

function Switch({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <Button variant="link" size="inline" className="mt-1 text-xs" onClick={onClick}>
      {label}
    </Button>
  );
}
