'use client';

import { useQuery } from '@tanstack/react-query';
import { ArrowRight, Cloud, Cpu, UsersRound } from 'lucide-react';
import Link from 'next/link';
import { apiCall } from '@/lib/api';
import { queryKeys } from '@/lib/query-keys';

/** What an owner may want to do first. Goes away by itself when a model is connected. */
export function NextSteps() {
  const { data } = useQuery({
    queryKey: queryKeys.localServers,
    queryFn: ({ signal }) => apiCall('local_servers.list', { signal }),
  });
  const found = data?.items.find((server) => !server.connected);
  const steps = [
    {
      icon: Cloud,
      title: 'Connect a cloud model',
      text: 'OpenAI, Anthropic, or any compatible server',
      href: '/settings/models?add=openai',
    },
    {
      icon: Cpu,
      title: found ? `Use ${found.name}` : 'Use a local model',
      text: found ? `Found on this machine, ${found.models.length} models` : 'Start Ollama or LM Studio; it is found',
      href: '/settings/models#local',
    },
    { icon: UsersRound, title: 'Invite people', text: 'Make a link and send it', href: '/admin/people#invitations' },
  ];
  return (
    <section aria-label="Next steps" className="mx-2.5 mt-2 md:mx-4 border-t pt-5">
      <h2 className="mb-2 text-xs text-muted-foreground">
        You are talking to the offline assistant: a small program, not a model. When you are ready:
      </h2>
      <ul className="grid gap-1 sm:grid-cols-3">
        {steps.map(({ icon: Icon, title, text, href }) => (
          <li key={title} className="flex">
            <Link
              href={href}
              className="group flex min-h-11 w-full items-start gap-2.5 rounded-md px-2 py-2 transition-colors hover:bg-hover"
            >
              <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-accent" />
              <span className="min-w-0">
                <span className="flex items-center gap-1 font-medium">
                  {title}
                  <ArrowRight
                    aria-hidden
                    className="size-3.5 -translate-x-1 opacity-0 transition group-hover:translate-x-0 group-hover:opacity-100"
                  />
                </span>
                <span className="block text-xs text-muted-foreground">{text}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
