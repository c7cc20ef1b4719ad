const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code: number) => (text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
export const bold = paint(1);
export const dim = paint(2);
const green = paint(32);
const red = paint(31);
const yellow = paint(33);

let out: NodeJS.WriteStream = process.stdout;
/** For programs whose standard output is read by another program. */
export const showOnStandardError = (): void => {
  out = process.stderr;
};

export const say = (text = ''): void => {
  out.write(`${text === '' ? '' : `  ${text}`}\n`);
};
export const done = (what: string, since?: number): void =>
  say(
    `${green('✓')} ${what}${since === undefined ? '' : dim(`  ${((performance.now() - since) / 1000).toFixed(1)} s`)}`,
  );
export const working = (what: string): void => say(`${dim('…')} ${what}`);
export const warn = (what: string): void => say(`${yellow('!')} ${what}`);
export const complain = (what: string): void => {
  process.stderr.write(`\n${what.replace(/^/gm, `  `).replace(/^ {2}/, `  ${red('✗')} `)}\n\n`);
};
