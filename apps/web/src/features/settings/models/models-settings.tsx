'use client';

import { SettingsPage } from '@/components/section';
import { useMe } from '@/lib/me';
import { roleMay } from '@/lib/rights';
import { Connections } from './connections';
import { LocalServers } from './local-servers';
import { ModelList } from './model-list';

export function ModelsSettings() {
  const { data: me } = useMe();
  const mayConnect = roleMay(me?.role, 'connections.write');
  return (
    <SettingsPage title="Models">
      {mayConnect ? <Connections /> : null}
      {mayConnect ? <LocalServers /> : null}
      <ModelList canChoose={roleMay(me?.role, 'settings.write')} />
    </SettingsPage>
  );
}
