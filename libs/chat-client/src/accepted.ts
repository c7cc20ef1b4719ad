import type { Accepted, Message } from '@chatbox/contracts';

/** The rows that an acknowledgement speaks of: of a sent message also its answer, which has nothing written yet. */
export const rowsOf = ({ message, generation }: Accepted): Message[] =>
  message.id === generation.messageId ? [message] : [message, answerTo(message, generation)];

/** The answer's row before the server's own word of it arrives: the same id, nothing written yet. */
const answerTo = (message: Message, generation: Accepted['generation']): Message => ({
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
