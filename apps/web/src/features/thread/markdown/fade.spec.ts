import { Fade } from './fade';

const paragraph = (text: string) => ({
  type: 'root',
  children: [{ type: 'element', tagName: 'p', children: [{ type: 'text', value: text }] }],
});
const run = (fade: Fade, text: string) => {
  const tree = paragraph(text);
  fade.plugin()(tree);
  fade.painted();
  return tree.children[0]?.children.map((node) => ('properties' in node ? node : node.value));
};
const fresh = (name: string, value: string) =>
  expect.objectContaining({ properties: { className: [name] }, children: [{ type: 'text', value }] });

describe('Fade', () => {
  it('marks what is new, once, by turns', () => {
    const fade = new Fade(0);
    expect(run(fade, 'one')).toEqual([fresh('fresh-b', 'one')]);
    expect(run(fade, 'one two')).toEqual(['one', fresh('fresh-a', ' two')]);
    expect(run(fade, 'one two')).toEqual(['one two']);
    expect(run(fade, 'one two.')).toEqual(['one two', fresh('fresh-b', '.')]);
  });

  it('gives the same for a render that is done twice before it is painted', () => {
    const fade = new Fade(3);
    const [first, second] = [paragraph('one two'), paragraph('one two')];
    fade.plugin()(first);
    fade.plugin()(second);
    expect(second).toEqual(first);
  });

  it('leaves a text alone that is not being written', () => {
    expect(run(new Fade(Number.POSITIVE_INFINITY), 'one')).toEqual(['one']);
  });
});
