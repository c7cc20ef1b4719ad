import { place } from './tooltip-place';

const view = { width: 400, height: 300 };
const bubble = { width: 100, height: 24 };

describe('place', () => {
  it('stands in the middle of the wanted side', () => {
    const target = { left: 180, top: 100, width: 40, height: 40 };
    expect(place('bottom', target, bubble, view)).toEqual({ left: 150, top: 146 });
    expect(place('top', target, bubble, view)).toEqual({ left: 150, top: 70 });
    expect(place('right', target, bubble, view)).toEqual({ left: 226, top: 108 });
  });

  it('turns to the other side where there is no room', () => {
    const low = { left: 180, top: 260, width: 40, height: 30 };
    expect(place('bottom', low, bubble, view).top).toBe(230);
  });

  it('never hangs over the edge', () => {
    const corner = { left: 380, top: 4, width: 16, height: 16 };
    expect(place('bottom', corner, bubble, view)).toEqual({ left: 292, top: 26 });
  });
});
