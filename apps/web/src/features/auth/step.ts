import type { FactorKind } from '@chatbox/contracts';
import { isProblem } from '@/lib/problem';
import type { Step } from './second-step';

const KINDS: readonly string[] = ['totp', 'passkey', 'recoveryCode'] satisfies FactorKind[];
const isKind = (kind: string): kind is FactorKind => KINDS.includes(kind);

export function stepOf(error: unknown): Step | null {
  if (!isProblem(error, 'auth.factor_required')) return null;
  const { challenge, kinds = [] } = error.problem;
  return challenge === undefined ? null : { challenge, kinds };
}

/** From the fragment that a sign-in through a provider comes back with. It is a secret, so it does not stay in the address. */
export function takeStepFromAddress(): Step | null {
  const found = new URLSearchParams(location.hash.slice(1));
  const challenge = found.get('challenge');
  if (challenge === null) return null;
  history.replaceState(history.state, '', location.pathname);
  return { challenge, kinds: (found.get('kinds') ?? '').split(',').filter(isKind) };
}
