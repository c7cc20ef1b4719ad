import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Whether an address is in a list of addresses and networks. An empty list holds every address. */
export const isListed = (list: readonly string[], address: string | null): boolean => {
  if (list.length === 0) return true;
  const plain = address?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
  const family = isIPv4(plain) ? 'ipv4' : isIPv6(plain) ? 'ipv6' : null;
  return family !== null && blockListOf(list).check(plain, family);
};

const blockListOf = (list: readonly string[]): BlockList => {
  const blocks = new BlockList();
  for (const entry of list) {
    const [network = '', bits] = entry.split('/');
    const family = isIPv4(network) ? 'ipv4' : 'ipv6';
    if (bits === undefined) blocks.addAddress(network, family);
    else blocks.addSubnet(network, Number(bits), family);
  }
  return blocks;
};
