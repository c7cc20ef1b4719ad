import { EnvelopeError, Envelopes } from './envelope.ts';

const OLD = 'an old master key that is long enough';
const NEW = 'a new master key that is long enough!';

describe('Envelopes', () => {
  it('opens what it sealed, and never seals the same way twice', () => {
    const envelopes = new Envelopes(NEW);
    const [first, second] = [envelopes.seal('sk-ключ-🔑', 'row'), envelopes.seal('sk-ключ-🔑', 'row')];
    expect(envelopes.open(first, 'row')).toBe('sk-ключ-🔑');
    expect(first).not.toBe(second);
    expect(first).not.toContain('sk-');
    expect(first).toMatch(/^v1\.[\w-]{8}\.[\w-]{16}\.[\w-]+$/);
  });

  it('does not open in another row, with another key, or when a bit has changed', () => {
    const envelope = new Envelopes(OLD).seal('secret', 'row');
    expect(() => new Envelopes(OLD).open(envelope, 'other row')).toThrow(EnvelopeError);
    expect(() => new Envelopes(NEW).open(envelope, 'row')).toThrow(/No master key/);
    for (let at = 0; at < envelope.length; at += 1) {
      const changed = envelope.slice(0, at) + (envelope[at] === 'A' ? 'B' : 'A') + envelope.slice(at + 1);
      // The last character of base64 carries bits that decode to nothing.
      if (Buffer.from(changed, 'latin1').equals(Buffer.from(envelope, 'latin1')) || at === envelope.length - 1)
        continue;
      expect(() => new Envelopes(OLD).open(changed, 'row')).toThrow(EnvelopeError);
    }
    for (const broken of ['', 'v1', 'v1...', 'v2.a.b.c', `${envelope}x`.slice(0, 20)])
      expect(() => new Envelopes(OLD).open(broken, 'row')).toThrow(EnvelopeError);
  });

  it('decrypts with every key, encrypts with the first, and knows what is left to rotate', () => {
    const envelope = new Envelopes(OLD).seal('secret', 'row');
    const rotating = new Envelopes(`${NEW}, ${OLD}`);
    expect(rotating.open(envelope, 'row')).toBe('secret');
    expect(rotating.isCurrent(envelope)).toBe(false);
    const rotated = rotating.seal(rotating.open(envelope, 'row'), 'row');
    expect(rotating.isCurrent(rotated)).toBe(true);
    expect(new Envelopes(NEW).open(rotated, 'row')).toBe('secret');
  });
});
