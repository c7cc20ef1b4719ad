'use client';

import type { ReactNode } from 'react';
import { compose } from '@/lib/compose';
import { useMe } from '@/lib/me';
import { useModels } from '@/lib/models';
import { NextSteps } from './next-steps';
import { greeting, suggestionsFor } from './suggestions';

/** The page of a new conversation. The composer is handed in. */
export function Start({ children }: { children: ReactNode }) {
  const { data: me } = useMe();
  const { data: models } = useModels();
  const current = models?.items.find((model) => model.isDefault) ?? models?.items[0];
  const isOffline = current?.provider === 'offline';
  const onlyOffline = models?.items.every((model) => model.provider === 'offline');

  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
      <div className="mx-auto flex w-full max-w-(--measure) flex-1 flex-col gap-4 pt-[8dvh] pb-8 md:pt-[22dvh]">
        <h1 className="min-h-9 px-4 text-center text-[1.75rem] leading-9 font-semibold tracking-tight text-balance">
          {me ? greeting(me.name, new Date()) : null}
        </h1>
        <div>{children}</div>
        <ul
          aria-label="Suggestions"
          className="grid min-h-[5.5rem] gap-2 px-2.5 sm:grid-cols-2 md:px-4 [&>li]:animate-in [&>li]:fade-in-0"
        >
          {current
            ? suggestionsFor(isOffline).map(({ title, text }) => (
                <li key={title} className="flex">
                  <button
                    type="button"
                    onClick={() => compose({ text, send: true })}
                    className="flex min-h-11 w-full flex-col rounded-lg border px-4 py-2.5 text-left transition-colors hover:border-border-strong hover:bg-hover"
                  >
                    <span className="font-medium">{title}</span>
                    <span className="text-[0.8125rem] text-muted-foreground">{text}</span>
                  </button>
                </li>
              ))
            : null}
        </ul>
        {me?.role === 'owner' && onlyOffline ? <NextSteps /> : null}
      </div>
    </div>
  );
}
