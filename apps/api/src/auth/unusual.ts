import ipaddr from 'ipaddr.js';

/** Where a session was opened from. */
export interface Place {
  readonly userAgent: string | null;
  readonly address: string | null;
}

/**
 * Whether an account was used before, and never with a program like this one or never from this network. Versions of a program are
 * the same program. Neither proves anything; it is for the person to judge.
 */
export const isUnusual = (before: readonly Place[], { userAgent, address }: Place): boolean => {
  if (before.length === 0) return false;
  const [program, network] = [programOf(userAgent), networkOf(address)];
  return (
    !before.some((place) => programOf(place.userAgent) === program) ||
    !before.some((place) => networkOf(place.address) === network)
  );
};

const programOf = (userAgent: string | null): string => (userAgent ?? '').replace(/[\d.]+/g, '');

/** What somebody's line gets others of in time: an IPv4 /24, an IPv6 /48. */
const networkOf = (address: string | null): string => {
  if (address === null || !ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4'
    ? ipaddr.IPv4.networkAddressFromCIDR(`${parsed.toString()}/24`).toString()
    : ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/48`).toString();
};
