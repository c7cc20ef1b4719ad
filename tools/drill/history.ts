import type { GenerationStatus, TerminalStatus } from '@chatbox/contracts';

/** A frame of a generation as it came off the socket. Times are milliseconds of this process's clock. */
export interface Frame {
  at: number;
  /** Which of the reader's connections it came by, and after which subscription: a new one goes on from the place it named. */
  connection: number;
  subscription: number;
  type: 'snapshot' | 'reset' | 'delta' | 'end';
  generationId: string;
  attempt: number;
  position: number;
  /** Not of an end. */
  text?: string;
  /** Of an end. */
  status?: TerminalStatus;
}

/** An answer as somebody had it on their screen, whenever that changed. */
export interface Shown {
  at: number;
  generationId: string;
  attempt: number;
  status: GenerationStatus;
  text: string;
}

/** One tab: what came, and what a person saw of it. */
export interface Reader {
  name: string;
  conversationId: string;
  frames: Frame[];
  shown: Shown[];
  /** Ids of all messages at the end, as listed on the screen; a program that follows one answer has none. */
  order?: string[];
}

/** The server's word that a message is kept. The same message may be acknowledged several times. */
export interface Acknowledged {
  conversationId: string;
  clientMessageId: string;
  messageId: string;
  generationId: string;
}

/** A list that was asked for after an acknowledgement had arrived. */
export interface ReadBack {
  messageId: string;
  found: boolean;
}

/** The answer to "stop". */
export interface Stopped {
  generationId: string;
  status: GenerationStatus;
}

/** Everything that people did and saw in one run. */
export interface History {
  acknowledged: Acknowledged[];
  readBacks: ReadBack[];
  stopped: Stopped[];
  readers: Reader[];
  /** What the model says, undisturbed, by generation. */
  expected: Map<string, string>;
}

/** What the database holds after the run, of its conversations. */
export interface Holdings {
  /** By conversation, in the order of creation. */
  messages: { id: string; conversationId: string; clientMessageId: string | null; text: string }[];
  generations: { id: string; messageId: string; status: GenerationStatus; attempt: number }[];
  /** Rows of chat calls, by attempt. */
  ledger: { generationId: string; attempt: number; outcome: string }[];
  /** Whether a conversation shows the sum of its calls. */
  sums: { conversationId: string; exact: boolean }[];
}
