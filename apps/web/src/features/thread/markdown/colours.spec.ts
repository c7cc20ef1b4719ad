import { Colours, grammarOf } from './colours';

const HTML = `<img src=x onerror=owned()>
<script>
  const greeting = "hello"; // never run
</script>
<style>a { color: red }</style>
<p>The end`;

it.each([
  ['html', 'html'],
  [' TS ', 'typescript'],
  ['py', 'python'],
  ['constructor', undefined],
  ['klingon', undefined],
])('knows the grammar of %j', (language, grammar) => expect(grammarOf(language)).toBe(grammar));

describe('colours', () => {
  it('are those of the whole at every cut of a block that grows', async () => {
    const growing = new Colours();
    for (let length = 1; length < HTML.length; length += 1) {
      const lines = await growing.of(HTML.slice(0, length), 'html');
      if (length % 20 === 0) expect(lines).toEqual(await new Colours().of(HTML.slice(0, length), 'html'));
    }
    expect(await growing.of(HTML, 'html')).toEqual(await new Colours().of(HTML, 'html'));
  });

  it('keep blocks apart that grow at once', async () => {
    const colours = new Colours();
    for (let length = 1; length <= 60; length += 1) {
      await colours.of(HTML.slice(0, length), 'html');
      await colours.of(HTML.slice(0, length).replace('img', 'b'), 'html');
    }
    expect(await colours.of(HTML, 'html')).toEqual(await new Colours().of(HTML, 'html'));
  });

  it('are all there on a machine that is busy with something else', async () => {
    const calm = await new Colours().of(HTML, 'html');
    const now = Date.now;
    let waited = 0;
    Date.now = () => {
      waited += 600;
      return now() + waited;
    };
    try {
      expect(await new Colours().of(HTML, 'html')).toEqual(calm);
    } finally {
      Date.now = now;
    }
  });

  it('are none where the language is not known', async () => {
    expect(await new Colours().of('nuqneH', 'klingon')).toBeNull();
  });
});
