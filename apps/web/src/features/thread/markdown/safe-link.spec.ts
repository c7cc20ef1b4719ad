import { hostOf, safeLink } from './safe-link';

describe('safeLink', () => {
  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://example.com/1',
    '/settings',
    '//example.com',
    '',
    undefined,
  ])('does not follow %j', (address) => {
    expect(safeLink(address)).toBeNull();
  });

  it('follows the web and mail', () => {
    expect(safeLink('https://www.example.com/a?b#c')?.href).toBe('https://www.example.com/a?b#c');
    expect(safeLink('mailto:ann@example.com')).not.toBeNull();
  });

  it('names the real host, whatever stands before the @', () => {
    const url = safeLink('https://bank.example@evil.example/x');
    expect(url && hostOf(url)).toBe('evil.example');
  });
});
