interface Node {
  type: string;
  tagName?: string;
  properties?: object;
  value?: string;
  children?: Node[];
}

const asText = (node: Node): Node => (node.type === 'raw' ? { type: 'text', value: node.value ?? '' } : node);

/** HTML in an answer is text that somebody wrote, not a part of this page: every tag is shown as it stands. */
export function rawAsText() {
  return function show(tree: Node): void {
    tree.children = tree.children?.map((child) => {
      if (child.type !== 'raw') return inside(child);
      // A block of HTML stands alone in Markdown; shown as text it is a paragraph.
      return { type: 'element', tagName: 'p', properties: {}, children: [asText(child)] };
    });
  };
}

function inside(node: Node): Node {
  if (node.children) node.children = node.children.map((child) => inside(asText(child)));
  return node;
}
