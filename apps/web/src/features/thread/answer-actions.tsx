import type { FeedEntry } from '@chatbox/chat-client';
import { Check, ChevronDown, Copy, RotateCcw } from 'lucide-react';
import { ModelPicker } from '@/components/model-picker';
import { Button } from '@/components/ui/button';
import { IconButton } from '@/components/ui/icon-button';
import { Tooltip } from '@/components/ui/tooltip';
import { cn } from '@/lib/cn';
import { sayCost, sayTokens } from '@/lib/say';
import { BranchPicker } from './branch-picker';
import { useCopy } from './use-copy';

interface Props {
  entry: FeedEntry;
  isLast: boolean;
  onShowBranch: (messageId: string) => void;
  onRegenerate: (messageId: string, model?: string) => void;
}

/** Below an answer: on hover or focus, and always below the last one. */
export function AnswerActions({ entry: { message, siblings }, isLast, onShowBranch, onRegenerate }: Props) {
  const [copied, copy] = useCopy();
  return (
    <div
      className={cn(
        'mt-1.5 -ml-2 flex min-h-8 flex-wrap items-center gap-0.5 transition-opacity',
        !isLast &&
          'opacity-0 group-focus-within/message:opacity-100 group-hover/message:opacity-100 has-data-[state=open]:opacity-100 pointer-coarse:opacity-100',
      )}
    >
      <IconButton label={copied ? 'Copied' : 'Copy answer'} onClick={() => copy(message.content)}>
        {copied ? <Check className="text-success" /> : <Copy />}
      </IconButton>
      <span className="inline-flex items-center">
        <IconButton label="Answer again" onClick={() => onRegenerate(message.id)} className="rounded-r-none">
          <RotateCcw />
        </IconButton>
        <ModelPicker
          currentId={message.model}
          onChoose={(model) => onRegenerate(message.id, model)}
          trigger={
            <Button
              variant="quiet"
              size="icon"
              aria-label="Answer again with another model"
              className="w-6 rounded-l-none px-0 [&_svg]:size-3.5"
            >
              <ChevronDown />
            </Button>
          }
        />
      </span>
      <BranchPicker siblings={siblings} onShow={onShowBranch} />
      <Spent message={message} />
    </div>
  );
}

function Spent({ message: { usage, costMicros } }: { message: FeedEntry['message'] }) {
  if (!usage) return null;
  const about = usage.estimated ? '≈ ' : '';
  const details = [
    `${usage.inputTokens.toLocaleString()} in`,
    usage.cachedInputTokens > 0 ? `${usage.cachedInputTokens.toLocaleString()} of them cached` : null,
    `${usage.outputTokens.toLocaleString()} out`,
    usage.reasoningTokens > 0 ? `${usage.reasoningTokens.toLocaleString()} of them reasoning` : null,
    usage.estimated ? 'counted here, the provider did not say' : null,
    costMicros === null ? 'price not known' : null,
  ];
  const short = [about + sayTokens(usage.inputTokens + usage.outputTokens)];
  if (costMicros) short.push(about + sayCost(costMicros));
  return (
    <Tooltip label={details.filter(Boolean).join(' · ')}>
      <Button variant="quiet" size="inline" className="h-8 cursor-default px-2 text-xs font-normal tabular-nums">
        {short.join(' · ')}
      </Button>
    </Tooltip>
  );
}
