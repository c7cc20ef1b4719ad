import { z } from 'zod';
import { GenerationError, GenerationStatus, Part, PartKind } from './chat.ts';
import { Id, Micros } from './common.ts';
import { Usage } from './models.ts';

/**
 * What a reader of one generation is told. `position` is the length, in UTF-16 units, of the text of all parts
 * after the event; a delta therefore begins at `position - text.length`, and a hole shows.
 */
const at = { attempt: z.int(), position: z.int() };

export const Snapshot = z.object({
  type: z.literal('snapshot'),
  generationId: Id,
  ...at,
  text: z.string(),
  parts: z.array(Part),
  status: GenerationStatus,
});
export const Delta = z.object({
  type: z.literal('delta'),
  generationId: Id,
  ...at,
  text: z.string(),
  part: z.int().describe('Index of the part it is appended to'),
  kind: PartKind,
});
/** Throw away what you have of this generation and start from this. */
export const Reset = z.object({
  type: z.literal('reset'),
  generationId: Id,
  ...at,
  text: z.string(),
  parts: z.array(Part),
});
export const End = z.object({
  type: z.literal('end'),
  generationId: Id,
  ...at,
  status: GenerationStatus.exclude(['running']),
  usage: Usage.nullable(),
  costMicros: Micros.nullable(),
  error: GenerationError.nullable(),
});
export const Heartbeat = z.object({ type: z.literal('heartbeat'), generationId: Id, ...at });

export const StreamEvent = z.discriminatedUnion('type', [Snapshot, Delta, Reset, End, Heartbeat]);
export type StreamEvent = z.infer<typeof StreamEvent>;
export type Snapshot = z.infer<typeof Snapshot>;
export type Delta = z.infer<typeof Delta>;
export type Reset = z.infer<typeof Reset>;
export type End = z.infer<typeof End>;
export type Heartbeat = z.infer<typeof Heartbeat>;

/** SSE: `id:` of every event, and `Last-Event-ID` on return. */
export const eventId = (attempt: number, position: number): string => `${attempt}.${position}`;
export const parseEventId = (id: string): { attempt: number; position: number } | undefined => {
  const match = /^(\d{1,6})\.(\d{1,10})$/.exec(id);
  return match ? { attempt: Number(match[1]), position: Number(match[2]) } : undefined;
};
