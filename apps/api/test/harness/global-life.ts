/** What the set-up opened and the tear-down closes: jest loads the two files apart from each other. */
interface Kept {
  close(): Promise<void>;
}

const holder = globalThis as typeof globalThis & { chatboxTest?: Kept };
export const keep = (kept: Kept): void => {
  holder.chatboxTest = kept;
};
export const kept = (): Kept | undefined => holder.chatboxTest;
