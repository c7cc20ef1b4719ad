'use client';

import { useMe } from '@/lib/me';
import { SettingsPage } from '../section';
import { Connections } from './connections';
import { LocalServers } from './local-servers';
import { ModelList } from './model-list';

export function ModelsSettings() {
  const { data: me } = useMe();
  const isOwner = me?.role === 'owner';
  return (
    <SettingsPage title="Models">
      {isOwner ? <Connections /> : null}
      {isOwner ? <LocalServers /> : null}
      <ModelList canChoose={isOwner} />
    </SettingsPage>
  );
}
