import type { FeedEntry } from '@chatbox/chat-client';
import { Check, Clock, Copy, Pencil, RotateCcw, Trash2, TriangleAlert } from 'lucide-react';
import { memo } from 'react';
import { Button } from '@/components/ui/button';
import { IconButton } from '@/components/ui/icon-button';
import { cn } from '@/lib/cn';
import { BranchPicker } from './branch-picker';
import { EditMessage } from './edit-message';
import { useCopy } from './use-copy';

interface Props {
  entry: FeedEntry;
  isEditing: boolean;
  isOffline: boolean;
  onEdit: (messageId: string | null) => void;
  onSendEdit: (messageId: string, content: string) => void;
  onShowBranch: (messageId: string) => void;
  onRetry: (clientMessageId: string) => void;
  onDiscard: (clientMessageId: string) => void;
}

export const PersonMessage = memo(function PersonMessage(props: Props) {
  const { entry, isEditing, isOffline, onEdit, onSendEdit, onShowBranch } = props;
  const { message, siblings, draft } = entry;
  const [copied, copy] = useCopy();
  if (isEditing) {
    return (
      <EditMessage
        content={message.content}
        onCancel={() => onEdit(null)}
        onSend={(content) => onSendEdit(message.id, content)}
      />
    );
  }
  return (
    <article aria-label="Your message" data-role="user" className="group/message flex flex-col items-end">
      <div
        className={cn(
          'max-w-[80%] rounded-xl bg-bubble px-4 py-2.5 text-base whitespace-pre-wrap wrap-anywhere [font-variant-ligatures:no-contextual]',
          draft && 'opacity-80',
        )}
      >
        {message.content}
      </div>
      {draft?.state === 'failed' ? (
        <div role="alert" className="mt-1.5 flex flex-wrap items-center justify-end gap-1.5 text-sm">
          <TriangleAlert aria-hidden className="size-4 text-danger" />
          <span>{draft.problem?.detail ?? 'This message was not sent'}</span>
          <Button variant="secondary" size="sm" onClick={() => props.onRetry(draft.clientMessageId)}>
            <RotateCcw aria-hidden /> Retry
          </Button>
          <IconButton label="Discard this message" onClick={() => props.onDiscard(draft.clientMessageId)}>
            <Trash2 />
          </IconButton>
        </div>
      ) : draft ? (
        <p className="mt-1 flex h-8 items-center gap-1.5 text-xs text-muted-foreground">
          {isOffline ? (
            <>
              <Clock aria-hidden className="size-3.5" /> Waits for the connection
            </>
          ) : null}
        </p>
      ) : (
        <div className="mt-0.5 flex h-8 items-center">
          <span className="flex opacity-0 transition-opacity group-focus-within/message:opacity-100 group-hover/message:opacity-100 pointer-coarse:opacity-100">
            <IconButton label={copied ? 'Copied' : 'Copy message'} onClick={() => copy(message.content)}>
              {copied ? <Check className="text-success" /> : <Copy />}
            </IconButton>
            <IconButton label="Edit message" onClick={() => onEdit(message.id)}>
              <Pencil />
            </IconButton>
          </span>
          <BranchPicker siblings={siblings} onShow={onShowBranch} />
        </div>
      )}
    </article>
  );
});
