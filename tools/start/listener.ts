import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { commandOf } from '../../apps/api/src/common/process-identity.ts';

const LISTENING = '0A';

/** "process 4711 (node server.js)": who listens on a port. `null` where the system does not say. */
export const listenerOn = (port: number): string | null => {
  const inodes = new Set([...inodesIn('/proc/net/tcp', port), ...inodesIn('/proc/net/tcp6', port)]);
  if (inodes.size === 0) return null;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (!holdsOneOf(inodes, pid)) continue;
    const command = commandOf(Number(pid)) ?? '';
    return `process ${pid} (${command.length > 60 ? `${command.slice(0, 59)}…` : command})`;
  }
  return null;
};

/** proc(5): the second field is the local address, the fourth the state, the tenth the inode. */
const inodesIn = (table: string, port: number): string[] => {
  try {
    return readFileSync(table, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((f) => f[3] === LISTENING && Number.parseInt(f[1]?.split(':')[1] ?? '', 16) === port)
      .map((f) => f[9] ?? '');
  } catch {
    return [];
  }
};

const holdsOneOf = (inodes: Set<string>, pid: string): boolean => {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
        return inode !== undefined && inodes.has(inode);
      } catch {
        return false; // Closed meanwhile.
      }
    });
  } catch {
    return false; // Somebody else's process.
  }
};
