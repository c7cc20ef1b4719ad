import { Multimap } from './multimap.ts';

interface Named {
  name: string;
}
const ann: Named = { name: 'ann' };
const bob: Named = { name: 'bob' };

const under = (map: Multimap<Named>, key: string): string[] => {
  const names: string[] = [];
  map.forEach(key, ({ name }) => names.push(name));
  return names;
};

it('holds every value once under each of its keys, and no key without a value', () => {
  const map = new Multimap<Named>();
  for (const value of [ann, ann, bob, bob]) map.add('one', value);
  map.add('two', ann);
  expect([under(map, 'one'), under(map, 'two'), under(map, 'three')]).toEqual([['ann', 'bob'], ['ann'], []]);
  map.delete('one', ann);
  map.delete('two', bob);
  expect([under(map, 'one'), under(map, 'two')]).toEqual([['bob'], ['ann']]);
  map.delete('one', bob);
  map.delete('two', ann);
  expect([...map.keys()]).toEqual([]);
});

it('gives up a key and tells what was under it', () => {
  const map = new Multimap<Named>();
  const taken: string[] = [];
  map.add('one', ann);
  map.add('two', ann);
  map.add('two', bob);
  for (const key of ['one', 'two', 'three']) map.take(key, ({ name }) => taken.push(name));
  expect(taken).toEqual(['ann', 'ann', 'bob']);
  expect(map.size).toBe(0);
});
