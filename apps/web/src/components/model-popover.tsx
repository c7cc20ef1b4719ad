'use client';

import { type ReactNode, useState } from 'react';
import { ModelList } from './model-list';
import { Popover, PopoverContent, PopoverTrigger } from './ui/popover';

interface Props {
  trigger: ReactNode;
  currentId: string | null;
  onChoose: (modelId: string) => void;
}

export function ModelPopover({ trigger, currentId, onChoose }: Props) {
  const [isOpen, setOpen] = useState(true);
  return (
    <Popover open={isOpen} onOpenChange={setOpen}>
      <PopoverTrigger asChild>{trigger}</PopoverTrigger>
      <PopoverContent className="w-[min(26rem,calc(100vw-1rem))] p-0">
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
