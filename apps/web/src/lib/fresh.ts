type Ask = () => Promise<boolean>;

let ask: Ask | undefined;
let running: Promise<boolean> | undefined;

/** Registers what asks the person. Call the result to take it back. */
export function onProofNeeded(next: Ask): () => void {
  ask = next;
  return () => {
    if (ask === next) ask = undefined;
  };
}

/** Asks for a fresh proof that it is still the same person: once, however many calls wait for it. false: they declined. */
export function becomeFresh(): Promise<boolean> {
  running ??= (ask?.() ?? Promise.resolve(false)).finally(() => {
    running = undefined;
  });
  return running;
}
