'use client';

import dynamic from 'next/dynamic';
import { type ReactNode, useState } from 'react';
import { Popover, PopoverContent, PopoverTrigger } from './ui/popover';
import { Skeleton } from './ui/skeleton';

const ModelList = dynamic(() => import('./model-list').then((module) => module.ModelList), {
  ssr: false,
  loading: () => <Skeleton className="m-2 h-40" />,
});

interface Props {
  currentId: string | null;
  onChoose: (modelId: string) => void;
  /** The button that opens it. */
  children: ReactNode;
  align?: 'start' | 'center' | 'end';
}

/** Every model that can be chosen, with search. The list itself loads when it is first opened. */
export function ModelPicker({ currentId, onChoose, children, align = 'start' }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover open={isOpen} onOpenChange={setOpen}>
      <PopoverTrigger asChild>{children}</PopoverTrigger>
      <PopoverContent align={align} className="w-[min(26rem,calc(100vw-1rem))] p-0">
        <ModelList
          currentId={currentId}
          onChoose={(id) => {
            setOpen(false);
            onChoose(id);
          }}
        />
      </PopoverContent>
    </Popover>
  );
}
