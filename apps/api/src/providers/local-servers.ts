import type { LocalServer } from '@chatbox/contracts';
import { z } from 'zod';
import { isLoopback } from './base-url.ts';

export interface Usual {
  name: string;
  port: number;
}

export const USUAL_PLACES: readonly Usual[] = [
  { name: 'Ollama', port: 11434 },
  { name: 'LM Studio', port: 1234 },
  { name: 'llama.cpp', port: 8080 },
  { name: 'vLLM', port: 8000 },
];

const PATIENCE_MILLISECONDS = 300;
const MOST_BYTES = 1_000_000;
const Listed = z.object({ data: z.array(z.object({ id: z.string().max(300) })).max(5_000) });

/** Knocks at the usual ports of this machine, all at once; who does not list models in a moment is not a model server. */
export const findLocalServers = async (
  connectedUrls: readonly string[],
  places: readonly Usual[] = USUAL_PLACES,
): Promise<LocalServer[]> => {
  const connected = new Set(connectedUrls.filter(isLoopback).map((url) => new URL(url).port));
  const found = await Promise.all(
    places.map(async ({ name, port }) => {
      const baseUrl = `http://127.0.0.1:${port}/v1`;
      const models = await modelsAt(baseUrl);
      return models && { name, baseUrl, models, connected: connected.has(String(port)) };
    }),
  );
  return found.filter((server) => server !== undefined);
};

const modelsAt = async (baseUrl: string): Promise<string[] | undefined> => {
  try {
    const answer = await fetch(`${baseUrl}/models`, {
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
      redirect: 'error',
    });
    if (!answer.ok || Number(answer.headers.get('content-length') ?? 0) > MOST_BYTES) return undefined;
    return Listed.parse(await answer.json()).data.map(({ id }) => id);
  } catch {
    // Nothing there, or something else: both are the usual case.
    return undefined;
  }
};
