import { readFile } from 'node:fs/promises';

/** Bytes that the kernel of this machine holds of an IPv4 connection: not taken by the receiver, not taken from the sender. */
export const kernelQueue = async (senderPort: number, receiverPort: number): Promise<number> => {
  let bytes = 0;
  // https://docs.kernel.org/networking/proc_net_tcp.html: local address, remote address, state, tx_queue:rx_queue; all of it hex.
  for (const line of (await readFile('/proc/net/tcp', 'utf8')).split('\n')) {
    const [, local = '', remote = '', , queues = ''] = line.trim().split(/\s+/);
    const [ours, theirs] = [portOf(local), portOf(remote)];
    const [sending = '', received = ''] = queues.split(':');
    if (ours === senderPort && theirs === receiverPort) bytes += Number.parseInt(sending, 16);
    if (ours === receiverPort && theirs === senderPort) bytes += Number.parseInt(received, 16);
  }
  return bytes;
};

const portOf = (address: string): number => Number.parseInt(address.split(':')[1] ?? '', 16);
