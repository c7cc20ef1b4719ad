import type { Siblings } from '@chatbox/chat-client';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { IconButton } from '@/components/ui/icon-button';

/** ‹ 2/3 › between the versions of a message. */
export function BranchPicker({ siblings, onShow }: { siblings: Siblings; onShow: (messageId: string) => void }) {
  const { ids, index } = siblings;
  if (ids.length < 2) return null;
  const go = (to: number) => {
    const id = ids[to];
    if (id !== undefined) onShow(id);
  };
  return (
    <span className="inline-flex items-center text-muted-foreground">
      <IconButton label="Previous version" disabled={index === 0} onClick={() => go(index - 1)} className="w-6">
        <ChevronLeft />
      </IconButton>
      <span className="text-xs tabular-nums">
        <span className="sr-only">Version </span>
        {index + 1}/{ids.length}
      </span>
      <IconButton
        label="Next version"
        disabled={index === ids.length - 1}
        onClick={() => go(index + 1)}
        className="w-6"
      >
        <ChevronRight />
      </IconButton>
    </span>
  );
}
