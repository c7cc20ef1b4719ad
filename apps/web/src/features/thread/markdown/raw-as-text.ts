interface Node {
  type: string;
  value?: string;
  children?: Node[];
}

/** HTML in an answer is text that somebody wrote, not a part of this page: every tag is shown as it stands. */
export function rawAsText() {
  return function show(node: Node): void {
    if (node.type === 'raw') node.type = 'text';
    for (const child of node.children ?? []) show(child);
  };
}
