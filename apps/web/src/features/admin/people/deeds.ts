import type { Person } from '@chatbox/contracts';
import { nameOf } from './say-person';

export type Deed = 'suspend' | 'end_sessions' | 'reset_factors' | 'remove';

interface Words {
  title: string;
  effect: string;
  action: string;
}

/** The words of the question before a deed: whom it meets, and what it does to them. */
export function wordsOf(deed: Deed, person: Person): Words {
  const name = nameOf(person);
  const words: Record<Deed, Words> = {
    suspend: {
      title: `Suspend ${name}?`,
      effect: `${name} is signed out everywhere at once, answers that are being written for them stop being shown, and their keys rest. Conversations stay. You can let them in again.`,
      action: `Suspend ${name}`,
    },
    end_sessions: {
      title: `End all sessions of ${name}?`,
      effect: `${name} is signed out on every device and can sign in again.`,
      action: 'End all sessions',
    },
    reset_factors: {
      title: `Reset the second factors of ${name}?`,
      effect: `Authenticator app, passkeys and recovery codes of ${name} are removed, and all sessions end. Make sure that it is really ${name} who asks.`,
      action: 'Reset second factors',
    },
    remove: {
      title: `Remove ${name}?`,
      effect: `The account ${person.email} is deleted with its conversations, keys and sessions. This cannot be undone.`,
      action: `Remove ${name}`,
    },
  };
  return words[deed];
}
