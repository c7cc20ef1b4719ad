import { Colours } from './colours';
import type { HighlightAnswer, HighlightWish } from './highlighter';

const colours = new Colours();

self.onmessage = async ({ data: { id, code, language } }: MessageEvent<HighlightWish>) => {
  const lines = await colours.of(code, language);
  self.postMessage({ id, lines } satisfies HighlightAnswer);
};
