import { hashOf, newRefreshToken, seal, unseal } from './refresh-token.ts';

describe('a refresh token', () => {
  it('is 64 random bytes', () => {
    const tokens = new Set(Array.from({ length: 100 }, newRefreshToken));
    expect(tokens.size).toBe(100);
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(64);
  });

  it('opens the successor that was sealed with it', () => {
    const [token, successor] = [newRefreshToken(), newRefreshToken()];
    expect(unseal(seal(successor, token), token)).toBe(successor);
  });

  it('opens nothing that was sealed with another or was changed', () => {
    const [token, successor] = [newRefreshToken(), newRefreshToken()];
    const sealed = seal(successor, token);
    expect(() => unseal(sealed, newRefreshToken())).toThrow();
    // Whoever reads the database knows the hash, which must not do.
    expect(() => unseal(sealed, hashOf(token).toString('hex'))).toThrow();
    for (const at of [0, 12, 28, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => unseal(changed, token)).toThrow();
    }
    expect(() => unseal(sealed.subarray(0, 20), token)).toThrow();
  });
});
