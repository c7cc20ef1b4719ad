import { highestRole, isEncryptedOrHere, roleMapOf } from './oidc-settings.ts';

describe('a map of roles', () => {
  it('is read entry by entry, also where a value contains "="', () => {
    expect([...(roleMapOf('cn=admins=admin, staff = member') ?? [])]).toEqual([
      ['cn=admins', 'admin'],
      ['staff', 'member'],
    ]);
  });

  it.each(['', 'staff', '=member', 'staff=owner', 'staff=boss', 'staff=member,'])('is not made of %j', (text) => {
    expect(roleMapOf(text)).toBeNull();
  });

  it('gives the highest role, then that of everybody else, then none', () => {
    const roles = roleMapOf('a=viewer,b=admin,c=member');
    const withRest = roleMapOf('a=admin,*=viewer');
    if (!roles || !withRest) throw new Error('a map that is right was refused');
    expect(highestRole(roles, ['a', 'c', 'b'])).toBe('admin');
    expect(highestRole(roles, ['x'])).toBeNull();
    expect(highestRole(roles, ['*'])).toBeNull();
    expect(highestRole(withRest, ['x'])).toBe('viewer');
    expect(highestRole(withRest, [])).toBe('viewer');
  });
});

it('a provider is reached in the clear only on this machine', () => {
  expect(
    ['https://id.example', 'http://localhost:8080/x', 'http://127.0.0.1:1', 'http://[::1]:1'].map(isEncryptedOrHere),
  ).toEqual(Array(4).fill(true));
  expect(
    ['http://id.example', 'http://localhost.evil.example', 'http://127.0.0.1.nip.io', 'nonsense'].map(
      isEncryptedOrHere,
    ),
  ).toEqual(Array(4).fill(false));
});
