'use client';

import type { Model } from '@chatbox/contracts';
import { Brain, Check, Eye, Wrench } from 'lucide-react';
import { useModels } from '@/lib/models';
import { sayProblem } from '@/lib/problem';
import { sayCost, sayCount } from '@/lib/say';
import { Command, CommandEmpty, CommandGroup, CommandInput, CommandItem, CommandList } from './ui/command';
import { Notice } from './ui/notice';
import { Skeleton } from './ui/skeleton';

export function ModelList({ currentId, onChoose }: { currentId: string | null; onChoose: (id: string) => void }) {
  const { data, isPending, error } = useModels();
  if (isPending) return <Skeleton className="m-2 h-40" />;
  if (error) return <Notice tone="danger">{sayProblem(error)}</Notice>;
  const groups = Map.groupBy(data.items, (model) => model.connectionName);
  return (
    <Command label="Models" defaultValue={currentId ?? undefined}>
      <CommandInput placeholder="Search models" autoFocus />
      <CommandList>
        <CommandEmpty>No model has this name.</CommandEmpty>
        {[...groups].map(([connection, models]) => (
          <CommandGroup key={connection} heading={connection}>
            {models.map((model) => (
              <CommandItem
                key={model.id}
                value={model.id}
                keywords={[model.name, model.connectionName]}
                onSelect={() => onChoose(model.id)}
              >
                <ModelLine model={model} isCurrent={model.id === currentId} />
              </CommandItem>
            ))}
          </CommandGroup>
        ))}
      </CommandList>
      {data.problems.length > 0 ? (
        <ul aria-label="Connections with problems" className="max-h-32 overflow-y-auto border-t p-1.5">
          {data.problems.map((problem) => (
            <li key={problem.connectionId} className="px-2 py-1.5 text-xs text-muted-foreground">
              <span className="font-medium text-warning">{problem.connectionName}:</span> {problem.detail}
            </li>
          ))}
        </ul>
      ) : null}
    </Command>
  );
}

function ModelLine({ model, isCurrent }: { model: Model; isCurrent: boolean }) {
  const { capabilities, contextWindow, prices } = model;
  return (
    <>
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="flex items-center gap-1.5">
          <span className="truncate">{model.name}</span>
          <span className="flex shrink-0 items-center gap-1 [&_svg]:size-3.5!">
            {capabilities.vision ? <Eye aria-label="Sees pictures" /> : null}
            {capabilities.tools ? <Wrench aria-label="Uses tools" /> : null}
            {capabilities.reasoning ? <Brain aria-label="Reasons" /> : null}
          </span>
        </span>
        <span className="truncate text-xs text-muted-foreground tabular-nums">
          {[contextWindow === null ? null : `${sayCount(contextWindow)} tokens`, priceOf(prices)]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </span>
      {isCurrent ? <Check aria-label="Chosen" className="text-accent!" /> : null}
    </>
  );
}

function priceOf(prices: Model['prices']): string | null {
  if (!prices) return null;
  if (prices.inputPerMillion === 0 && prices.outputPerMillion === 0) return 'free, runs on this server';
  return `${sayCost(prices.inputPerMillion)} in, ${sayCost(prices.outputPerMillion)} out per million`;
}
