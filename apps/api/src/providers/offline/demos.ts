const FENCE = '```';

const TABLE = `| What | How to write it | What you see |
|:-----|:---------------:|-------------:|
| Strong | \`**word**\` | **word** |
| Emphasis | \`*word*\` | *word* |
| Struck out | \`~~word~~\` | ~~word~~ |
| Link | \`[text](address)\` | [example.org](https://example.org) |`;

const CODE = `${FENCE}typescript
/** Adds up to the next multiple of \`step\`. */
export const roundUp = (value: number, step: number): number => {
  if (step <= 0) throw new RangeError('step must be positive');
  return Math.ceil(value / step) * step;
};

console.log(roundUp(17, 5)); // 20
${FENCE}`;

const MATH = `Inline, Euler's identity is $e^{i\\pi} + 1 = 0$. On its own line, the sum of the first $n$ whole numbers:

$$
\\sum_{k=1}^{n} k = \\frac{n(n+1)}{2}
$$`;

const DIAGRAM = `${FENCE}mermaid
flowchart LR
  A[You write] --> B{A model is connected?}
  B -- yes --> C[The model answers]
  B -- no --> D[The offline assistant answers]
${FENCE}`;

const LIST = `1. First, an ordered list
2. with a second item
   - and a nested one
   - that has two entries

- [x] a task that is done
- [ ] a task that is not`;

export const DEMOS: Record<string, string> = {
  table: `Here is a table:\n\n${TABLE}\n\nColumns may be aligned left, centre and right.`,
  code: `Here is a code block with syntax highlighting and a copy button:\n\n${CODE}\n\nInline code looks like \`npm start\`.`,
  math: `Formulas are written in LaTeX.\n\n${MATH}`,
  diagram: `Diagrams are written in Mermaid and drawn when the block is complete:\n\n${DIAGRAM}`,
  list: `Lists come in several kinds:\n\n${LIST}`,
  markdown: `# Markdown, all of it

This is what an answer can look like. Text can be **strong**, *emphasised* or \`code\`.

## A list

${LIST}

## A table

${TABLE}

## Code

${CODE}

## Formulas

${MATH}

## A diagram

${DIAGRAM}

> A quotation, to finish with: what you see here is shown by your browser; I only sent the text.`,
};
