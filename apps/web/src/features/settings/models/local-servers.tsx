'use client';

import type { LocalServer } from '@chatbox/contracts';
import { useMutation } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { FailedRows, WaitingRows } from '@/components/rows';
import { Rows, Section } from '@/components/section';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { IconButton } from '@/components/ui/icon-button';
import { Notice } from '@/components/ui/notice';
import { Spinner } from '@/components/ui/spinner';
import { apiCall } from '@/lib/api';
import { sayProblem } from '@/lib/problem';
import { useForgetLists, useLocalServers } from './queries';

function ServerRow({ server }: { server: LocalServer }) {
  const forget = useForgetLists();
  const connect = useMutation({
    mutationFn: () =>
      apiCall('connections.create', { body: { name: server.name, kind: 'openai', baseUrl: server.baseUrl } }),
    onSuccess: forget,
  });
  return (
    <li className="flex flex-col gap-2 px-4 py-3">
      <div className="flex min-h-10 items-center gap-3">
        <div className="min-w-0 flex-1">
          <p className="font-medium">{server.name}</p>
          <p className="truncate text-xs text-muted-foreground">
            {server.baseUrl} · {server.models.length} {server.models.length === 1 ? 'model' : 'models'}
          </p>
        </div>
        {server.connected ? (
          <Badge tone="success">connected</Badge>
        ) : (
          <Button
            size="sm"
            disabled={connect.isPending}
            aria-label={`Connect ${server.name}`}
            onClick={() => connect.mutate()}
          >
            {connect.isPending ? <Spinner /> : null}
            Connect
          </Button>
        )}
      </div>
      {connect.error ? <Notice tone="danger">{sayProblem(connect.error)}</Notice> : null}
    </li>
  );
}

export function LocalServers() {
  const { data, error, refetch, isFetching } = useLocalServers();
  return (
    <Section
      id="local"
      title="On this machine"
      lead="Ollama, LM Studio, llama.cpp and vLLM are found on their usual ports."
      action={
        <IconButton label="Look again" onClick={() => void refetch()} disabled={isFetching}>
          {isFetching ? <Spinner /> : <RefreshCw />}
        </IconButton>
      }
    >
      {error && !data ? <FailedRows error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data ? <WaitingRows what="local servers" rows={1} /> : null}
      {data?.items.length === 0 ? (
        <p className="rounded-lg border border-dashed px-4 py-6 text-center text-muted-foreground">
          None is running. Start one, for example with <code className="font-mono text-xs text-text">ollama serve</code>
          , then look again.
        </p>
      ) : null}
      {data && data.items.length > 0 ? (
        <Rows label="Local servers">
          {data.items.map((server) => (
            <ServerRow key={server.baseUrl} server={server} />
          ))}
        </Rows>
      ) : null}
    </Section>
  );
}
