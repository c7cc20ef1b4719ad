'use client';

import { usePreferences } from '@/components/preferences';
import { Dialog } from '@/components/ui/dialog';
import { Kbd } from '@/components/ui/kbd';
import { printed } from '@/lib/shortcuts';
import { useApple } from '@/lib/use-apple';

export function ShortcutsSheet({ onClose }: { onClose: () => void }) {
  const apple = useApple();
  const { preferences } = usePreferences();
  const modifier = apple ? '⌘' : 'Ctrl+';
  const isPlainEnter = preferences.sendKey === 'enter';
  const groups: { label: string; rows: [what: string, keys: string][] }[] = [
    {
      label: 'Everywhere',
      rows: [
        ['Search and act', printed('palette', apple)],
        ['New chat', printed('newChat', apple)],
        ['Show or hide the list', printed('list', apple)],
        ['This sheet', printed('help', apple)],
      ],
    },
    {
      label: 'Writing',
      rows: [
        ['Send', isPlainEnter ? 'Enter' : `${modifier}Enter`],
        ['New line', isPlainEnter ? 'Shift+Enter' : 'Enter'],
        ['Edit the last message', '↑'],
        ['Stop the answer', 'Esc'],
      ],
    },
    {
      label: 'In the list',
      rows: [
        ['Rename', 'F2'],
        ['Delete', 'Del'],
      ],
    },
  ];
  return (
    <Dialog open onOpenChange={onClose} title="Keyboard shortcuts" className="max-w-md">
      {groups.map(({ label, rows }) => (
        <section key={label}>
          <h3 className="mb-1.5 text-xs text-muted-foreground">{label}</h3>
          <dl className="flex flex-col">
            {rows.map(([what, keys]) => (
              <div key={what} className="flex items-center justify-between border-b py-2 last:border-b-0">
                <dt>{what}</dt>
                <dd>
                  <Kbd>{keys}</Kbd>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
