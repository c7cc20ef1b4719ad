import { toCsv } from './csv';

describe('toCsv', () => {
  it('quotes what needs it', () => {
    expect(
      toCsv([
        ['a', 'b,c', 'say "hi"'],
        ['1', 'two\nlines', ''],
      ]),
    ).toBe('a,"b,c","say ""hi"""\r\n1,"two\nlines",');
  });

  it.each(['=1+1', '+cmd', '-2+3', '@SUM(A1)', '\t=1'])('HARDENING 28: disarms %j', (text) => {
    expect(toCsv([[text]])).toMatch(/^"?'/);
  });

  it('leaves numbers alone', () => {
    expect(toCsv([['-12.5', '+3', '-4%']])).toBe('-12.5,+3,-4%');
  });
});
