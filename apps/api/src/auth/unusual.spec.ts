import { isUnusual } from './unusual.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const AT_HOME = { userAgent: FIREFOX, address: '203.0.113.7' };
const AT_WORK = { userAgent: 'curl/8.5.0', address: '2001:db8:1:2::7' };

describe('a sign-in', () => {
  it.each([
    ['the first one', [], AT_HOME],
    ['the same once more', [AT_HOME], AT_HOME],
    ['a newer version', [AT_HOME], { ...AT_HOME, userAgent: FIREFOX.replaceAll('140.0', '141.0.2') }],
    ['a neighbour in the network', [AT_HOME], { ...AT_HOME, address: '203.0.113.200' }],
    ['the same written as IPv6', [AT_HOME], { ...AT_HOME, address: '::ffff:203.0.113.7' }],
    ['the IPv6 network', [AT_WORK], { ...AT_WORK, address: '2001:db8:1:ffff::1' }],
    ['a known program in a known network', [AT_HOME, AT_WORK], { ...AT_HOME, address: AT_WORK.address }],
  ])('is usual: %s', (_what, before, place) => {
    expect(isUnusual(before, place)).toBe(false);
  });

  it.each([
    ['another program', { ...AT_HOME, userAgent: 'curl/8.5.0' }],
    ['no program that says its name', { ...AT_HOME, userAgent: null }],
    ['another network', { ...AT_HOME, address: '203.0.114.7' }],
    ['an address that is none', { ...AT_HOME, address: 'somewhere' }],
  ])('is not: %s', (_what, place) => {
    expect(isUnusual([AT_HOME], place)).toBe(true);
  });
});
