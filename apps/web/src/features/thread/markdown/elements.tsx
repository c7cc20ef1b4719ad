import { type ComponentProps, isValidElement, type ReactNode } from 'react';
import { type Components, useIsCodeFenceIncomplete } from 'streamdown';
import { CodeBlock } from './code-block';
import { Diagram } from './diagram';
import { Image } from './image';
import { Link } from './link';
import { Table } from './table';

const textOf = (node: ReactNode): string => {
  if (typeof node === 'string' || typeof node === 'number') return String(node);
  if (Array.isArray(node)) return node.map(textOf).join('');
  return isValidElement<{ children?: ReactNode }>(node) ? textOf(node.props.children) : '';
};

function Code({ className, children }: ComponentProps<'code'>) {
  const isIncomplete = useIsCodeFenceIncomplete();
  const language = /language-([\w+#.-]+)/.exec(className ?? '')?.[1]?.slice(0, 40) ?? '';
  const source = textOf(children);
  if (language === 'mermaid') return <Diagram source={source} isIncomplete={isIncomplete} />;
  return <CodeBlock code={source} language={language} />;
}

const heading = (Tag: 'h2' | 'h3' | 'h4' | 'h5' | 'h6', look: string) =>
  function Heading({ children, id }: ComponentProps<'h2'>) {
    return (
      <Tag id={id} className={`mt-6 mb-2 font-semibold text-balance ${look}`}>
        {children}
      </Tag>
    );
  };

/** Headings begin one level down: the page has its own. */
export const ELEMENTS = {
  a: ({ href, children }) => <Link href={href}>{children}</Link>,
  img: ({ src, alt }) => <Image src={src} alt={alt} />,
  code: Code,
  inlineCode: ({ children }) => (
    <code className="rounded-sm bg-hover px-1.25 py-0.5 font-mono text-[0.875em] wrap-anywhere">{children}</code>
  ),
  table: Table,
  thead: ({ children }) => <thead>{children}</thead>,
  tbody: ({ children }) => <tbody>{children}</tbody>,
  tr: ({ children }) => <tr className="[&:not(:last-child)>td]:border-b">{children}</tr>,
  th: ({ children, style }) => (
    <th
      style={style}
      className="sticky top-0 z-10 border-b bg-surface px-3 py-2 text-left font-medium whitespace-nowrap"
    >
      {children}
    </th>
  ),
  td: ({ children, style }) => (
    <td style={style} className="min-w-24 px-3 py-2 align-top">
      {children}
    </td>
  ),
  p: ({ children }) => <p className="my-3">{children}</p>,
  h1: heading('h2', 'text-xl leading-7'),
  h2: heading('h3', 'text-lg leading-7'),
  h3: heading('h4', 'text-base'),
  h4: heading('h5', 'text-base'),
  h5: heading('h6', 'text-base'),
  h6: heading('h6', 'text-base text-muted-foreground'),
  ul: ({ children, className }) => (
    <ul
      className={
        className?.includes('contains-task-list')
          ? 'my-3 space-y-1 [&_input]:mr-2 [&_input]:accent-accent'
          : 'my-3 list-disc space-y-1 pl-6 marker:text-muted-foreground'
      }
    >
      {children}
    </ul>
  ),
  ol: ({ children, start }) => (
    <ol start={start} className="my-3 list-decimal space-y-1 pl-6 marker:text-muted-foreground">
      {children}
    </ol>
  ),
  li: ({ children }) => <li className="pl-1 [&>p]:my-1 [&>ol]:my-1 [&>ul]:my-1">{children}</li>,
  blockquote: ({ children }) => (
    <blockquote className="my-4 border-l-2 border-border-strong pl-4 text-muted-foreground">{children}</blockquote>
  ),
  hr: () => <hr className="my-6" />,
  strong: ({ children }) => <strong className="font-semibold">{children}</strong>,
} as Components;
