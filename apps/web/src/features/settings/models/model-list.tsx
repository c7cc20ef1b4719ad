'use client';

import type { Model } from '@chatbox/contracts';
import { Search } from 'lucide-react';
import { useState } from 'react';
import { FailedRows, WaitingRows } from '@/components/rows';
import { Rows, Section } from '@/components/section';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { useModels } from '@/lib/models';
import { sayProblem } from '@/lib/problem';
import { sayDay } from '@/lib/say';
import { useDefaultModel } from './queries';
import { pricesAsOf, sayCapabilities, sayContext, sayPrices } from './say-model';

/** From here on a search is quicker than reading. */
const MANY = 8;
const FIRST_SHOWN = 40;

function ModelRow({ model, onChoose, isBusy }: { model: Model; onChoose?: () => void; isBusy: boolean }) {
  const asOf = pricesAsOf(model.prices);
  const facts = [sayContext(model), sayPrices(model.prices), ...sayCapabilities(model)].filter((fact) => fact !== null);
  return (
    <li className="flex min-h-16 items-center gap-3 px-4 py-2.5">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium">{model.name}</span>
          <span className="truncate font-mono text-xs text-muted-foreground">{model.id}</span>
        </p>
        <p className="text-xs text-muted-foreground">
          {facts.join(' · ')}
          {asOf ? ` (as of ${sayDay(asOf)})` : null}
        </p>
      </div>
      {model.isDefault ? <Badge tone="accent">default</Badge> : null}
      {!model.isDefault && onChoose ? (
        <Button
          variant="secondary"
          size="sm"
          disabled={isBusy}
          onClick={onChoose}
          aria-label={`Make ${model.name} the default`}
        >
          Make default
        </Button>
      ) : null}
    </li>
  );
}

export function ModelList({ canChoose }: { canChoose: boolean }) {
  const { data, error, refetch } = useModels();
  const choose = useDefaultModel();
  const [words, setWords] = useState('');
  const [isAll, setAll] = useState(false);
  const models = data?.items ?? [];
  const wanted = words.trim().toLowerCase();
  const found = models.filter(({ id, name }) => `${id} ${name}`.toLowerCase().includes(wanted));
  const shown = isAll ? found : found.slice(0, FIRST_SHOWN);

  return (
    <Section title="Models" lead="What can be chosen in a conversation. New conversations begin with the default.">
      {error && !data ? <FailedRows error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data ? <WaitingRows what="models" rows={3} /> : null}
      <div className="flex flex-col gap-2">
        {data?.problems.map((problem) => (
          <Notice key={problem.connectionId} tone="warning">
            {problem.connectionName}: {problem.detail}
          </Notice>
        ))}
        {choose.error ? <Notice tone="danger">{sayProblem(choose.error)}</Notice> : null}
        {models.length > MANY ? (
          <span className="relative block">
            <Search aria-hidden className="absolute top-3 left-3 size-4 text-muted-foreground" />
            <Input
              type="search"
              aria-label="Search models"
              placeholder={`Search ${models.length} models`}
              value={words}
              onChange={(event) => setWords(event.target.value)}
              className="pl-9"
            />
          </span>
        ) : null}
        {shown.length > 0 ? (
          <Rows label="Models">
            {shown.map((model) => (
              <ModelRow
                key={model.id}
                model={model}
                isBusy={choose.isPending}
                onChoose={canChoose ? () => choose.mutate(model.id) : undefined}
              />
            ))}
          </Rows>
        ) : null}
        {data && shown.length === 0 ? (
          <p className="rounded-lg border border-dashed px-4 py-6 text-center text-muted-foreground">
            {wanted ? `No model has “${words.trim()}” in its name.` : 'No connection lists a model.'}
          </p>
        ) : null}
        {found.length > shown.length ? (
          <Button variant="quiet" className="self-center" onClick={() => setAll(true)}>
            Show all {found.length}
          </Button>
        ) : null}
      </div>
    </Section>
  );
}
