import { z } from 'zod';
import { Id, Micros, Text, Timestamp } from './common.ts';
import { ErrorCode } from './errors.ts';
import { Usage } from './models.ts';

const Title = Text.trim().min(1).max(200);
const SystemPrompt = Text.max(50_000);
const ModelId = Text.min(1).max(300);

export const PART_KINDS = ['text', 'reasoning', 'tool_call', 'tool_result', 'file'] as const;
export const PartKind = z.enum(PART_KINDS);
export type PartKind = z.infer<typeof PartKind>;

/** One piece of an answer. `text` of all parts, one after the other, is what `position` counts in. */
export const Part = z.object({ kind: PartKind, text: z.string(), data: z.record(z.string(), z.unknown()).optional() });
export type Part = z.infer<typeof Part>;

export const GENERATION_STATUSES = ['running', 'completed', 'stopped', 'failed', 'interrupted'] as const;
export const GenerationStatus = z.enum(GENERATION_STATUSES);
export type GenerationStatus = z.infer<typeof GenerationStatus>;
export type TerminalStatus = Exclude<GenerationStatus, 'running'>;

export const GenerationError = z.object({ code: ErrorCode, detail: z.string(), retry: z.boolean() });
export type GenerationError = z.infer<typeof GenerationError>;

export const Generation = z.object({
  id: Id,
  messageId: Id,
  conversationId: Id,
  status: GenerationStatus,
  attempt: z.int().describe('Counts from 1; a takeover is a new attempt'),
  model: z.string(),
  startedAt: Timestamp,
  finishedAt: Timestamp.nullable(),
  error: GenerationError.nullable(),
});
export type Generation = z.infer<typeof Generation>;

export const Message = z.object({
  id: Id,
  conversationId: Id,
  parentId: Id.nullable(),
  role: z.enum(['user', 'assistant']),
  content: z.string().describe('Plain text of all text parts'),
  parts: z.array(Part),
  position: z.int().describe('Length of the text of all parts, in UTF-16 units'),
  clientMessageId: Id.nullable(),
  model: z.string().nullable(),
  generation: Generation.nullable().describe('How this answer came to be; null for what a person wrote'),
  usage: Usage.nullable(),
  costMicros: Micros.nullable().describe('null: the price of the model is not known'),
  createdAt: Timestamp,
});
export type Message = z.infer<typeof Message>;

export const Conversation = z.object({
  id: Id,
  title: z.string().nullable().describe('null until somebody or a model names it'),
  model: z.string().nullable(),
  systemPrompt: z.string().nullable(),
  activeLeafId: Id.nullable().describe('The last message of the branch that is shown'),
  revision: z.int().describe('Grows with every change; a gap means: read again'),
  costMicros: Micros,
  inputTokens: z.int(),
  outputTokens: z.int(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type Conversation = z.infer<typeof Conversation>;

export const CreateConversation = z.strictObject({
  id: Id.optional().describe('Chosen by the sender; a repeat is the same conversation'),
  title: Title.optional(),
  model: ModelId.optional(),
  systemPrompt: SystemPrompt.optional(),
});
export type CreateConversation = z.infer<typeof CreateConversation>;

export const UpdateConversation = z.strictObject({
  title: Title.optional(),
  model: ModelId.optional(),
  systemPrompt: SystemPrompt.nullable().optional(),
  activeLeafId: Id.optional(),
});
export type UpdateConversation = z.infer<typeof UpdateConversation>;

export const SendMessage = z.strictObject({
  clientMessageId: Id.describe('Chosen by the sender; a repeat is the same message'),
  content: Text.max(200_000).refine((text) => text.trim().length > 0, 'must not be empty'),
  parentId: Id.nullable().optional().describe('null: a new root. Not given: the end of the active branch'),
  model: ModelId.optional(),
});
export type SendMessage = z.infer<typeof SendMessage>;

export const Regenerate = z.strictObject({ model: ModelId.optional() });
export type Regenerate = z.infer<typeof Regenerate>;

/** `message` is what the person wrote (send) or the new, empty answer (regenerate). */
export const Accepted = z.object({ message: Message, generation: Generation });
export type Accepted = z.infer<typeof Accepted>;

export const MessagesQuery = z.strictObject({
  before: z.string().max(200).optional().describe('nextCursor of the page before: older messages'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type MessagesQuery = z.infer<typeof MessagesQuery>;

export const StopResult = z.object({ generation: Generation });
export type StopResult = z.infer<typeof StopResult>;
