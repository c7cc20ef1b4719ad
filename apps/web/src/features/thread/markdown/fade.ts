interface Node {
  type: string;
  tagName?: string;
  properties?: Record<string, unknown>;
  value?: string;
  children?: Node[];
}

/** Their text is read or drawn by others as a whole. */
const LEFT_ALONE: ReadonlySet<string> = new Set(['a', 'pre', 'code', 'svg', 'math']);

/**
 * Marks the text that came since the last paint, so that it can fade in: one element per update and text node, whatever the
 * number of words. Two names take turns, because an animation only starts anew when its name changes.
 */
export class Fade {
  private shown: number;
  private counted = 0;
  private turn = false;

  /** `shown`: how many characters need no fade; Infinity for a text that is not being written. */
  constructor(shown: number) {
    this.shown = shown;
  }

  readonly plugin = () => (tree: Node) => {
    this.counted = 0;
    if (this.shown < Number.POSITIVE_INFINITY) this.walk(tree);
  };

  /** What was rendered is on the screen now. */
  painted(): void {
    if (this.counted <= this.shown) return;
    this.shown = this.counted;
    this.turn = !this.turn;
  }

  private walk(node: Node): void {
    if (LEFT_ALONE.has(node.tagName ?? '') || String(node.properties?.className ?? '').includes('katex')) return;
    node.children = node.children?.flatMap((child) => {
      if (child.type !== 'text' || !child.value) {
        this.walk(child);
        return [child];
      }
      const known = Math.max(0, Math.min(child.value.length, this.shown - this.counted));
      this.counted += child.value.length;
      if (known === child.value.length || child.value.trim() === '') return [child];
      const fresh = {
        type: 'element',
        tagName: 'span',
        properties: { className: [this.turn ? 'fresh-a' : 'fresh-b'] },
        children: [{ type: 'text', value: child.value.slice(known) }],
      };
      return known > 0 ? [{ type: 'text', value: child.value.slice(0, known) }, fresh] : [fresh];
    });
  }
}
