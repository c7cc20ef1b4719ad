import ipaddr from 'ipaddr.js';

/**
 * How far a request may go. `public`: to addresses of the internet. `loopback`: also to this machine. `private`: also to the
 * private networks around it.
 */
export type Reach = 'public' | 'loopback' | 'private';

const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');
/** Where clouds answer with the credentials of the machine that asks, inside ranges that are otherwise private. */
const METADATA = new Set(['100.100.100.200', 'fd00:ec2::254', '192.0.0.192']);
const PRIVATE = new Set(['private', 'carrierGradeNat', 'uniqueLocal']);

/** What speaks against connecting to an address, in words for the person; null: nothing. */
export const refusalOf = (address: string, reach: Reach): string | null => {
  if (!ipaddr.isValid(address)) return 'not an address';
  // An IPv4 address inside an IPv6 one is the IPv4 address: that is where the packets go.
  const parsed = ipaddr.process(address);
  if (METADATA.has(parsed.toString())) return 'a service of the cloud for its own machines';
  const range = parsed.range();
  if (range === 'unicast') return isGlobal(parsed) ? null : 'an address that is not of the internet';
  if (range === 'loopback') return reach === 'public' ? 'this machine' : null;
  if (PRIVATE.has(range)) return reach === 'private' ? null : 'a private network';
  return 'an address that is not of the internet';
};

const isGlobal = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
  address instanceof ipaddr.IPv4 || address.match(GLOBAL_UNICAST as [ipaddr.IPv6, number]);
