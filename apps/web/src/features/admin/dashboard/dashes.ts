/** Each line of a chart has a dash of its own besides its colour. In pixels: drawn, left out, drawn, … */
export const DASHES: readonly number[][] = [[], [7, 4], [2, 3], [9, 3, 2, 3], [12, 3], [1, 5]];
