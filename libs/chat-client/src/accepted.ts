import type { Accepted, Message } from '@chatbox/contracts';

/** The answer's row before the server's own word of it arrives: the same id, nothing written yet. */
export const answerTo = ({ message, generation }: Accepted): Message => ({
  id: generation.messageId,
  conversationId: message.conversationId,
  parentId: message.id,
  role: 'assistant',
  content: '',
  parts: [],
  position: 0,
  clientMessageId: null,
  model: generation.model,
  generation,
  usage: null,
  costMicros: null,
  createdAt: generation.startedAt,
});
