import { isPostgres, readPostmaster } from './postmaster.ts';

export type OnAccident = (fields: object, message: string) => void;

const LOOK_MILLISECONDS = 500;

/**
 * Looks whether the server on this folder is alive and has it started again when it is not, for as long as it takes: its
 * last processes may still hold its memory for a moment. Works for an adopted server too, which is nobody's child.
 */
export const watchPostmaster = (
  folder: string,
  relaunch: () => Promise<void>,
  onAccident: OnAccident,
): { stop(): Promise<void> } => {
  let looking: Promise<void> | undefined;
  let known = false;
  const look = async (): Promise<void> => {
    const postmaster = await readPostmaster(folder);
    if (postmaster && isPostgres(postmaster.pid)) return;
    if (!known) onAccident({}, 'the embedded PostgreSQL has ended; starting it again');
    known = true;
    await relaunch();
    known = false;
    onAccident({}, 'the embedded PostgreSQL runs again');
  };
  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) => onAccident({ err: error }, 'the embedded PostgreSQL could not be started again yet'))
      .finally(() => {
        looking = undefined;
      });
  }, LOOK_MILLISECONDS);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await looking;
    },
  };
};
