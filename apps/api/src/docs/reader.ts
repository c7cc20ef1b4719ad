import type { OpenApi, Operation } from './openapi.ts';

/**
 * The OpenAPI document as a page for people. It is plain HTML without a script, so that it needs no other server and the
 * strictest content security policy; tools that want more read openapi.json.
 */
export const readerPage = (document: OpenApi): string => {
  const groups = new Map<string, string[]>();
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags[0] ?? '';
      groups.set(tag, [...(groups.get(tag) ?? []), operationHtml(method, path, operation)]);
    }
  const sections = [...groups].map(
    ([tag, items]) =>
      `<section aria-labelledby="${tag}"><h2 id="${tag}">${escaped(tag)}</h2>${items.join('')}</section>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Chatbox API</title>
<style>${STYLE}</style>
<main>
<h1>Chatbox API</h1>
<p>${escaped(String(document.info.description))} For tools: <a href="/api/v1/openapi.json">openapi.json</a>.</p>
<nav aria-label="Groups">${[...groups.keys()].map((tag) => `<a href="#${tag}">${escaped(tag)}</a>`).join(' ')}</nav>
${sections.join('\n')}
</main>
</html>`;
};

export const READER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

const operationHtml = (method: string, path: string, operation: Operation): string => {
  const parts = [
    operation.security.length === 0 ? '<p>Public.</p>' : '',
    operation.parameters ? block('Parameters', operation.parameters) : '',
    operation.requestBody ? block('Body', operation.requestBody) : '',
    ...Object.entries(operation.responses).map(([status, response]) => block(`Answer ${status}`, response)),
  ];
  return `<details><summary><b>${method.toUpperCase()}</b> <code>${escaped(path)}</code> <span>${escaped(operation.summary)}</span></summary>${parts.join('')}</details>`;
};

const block = (title: string, value: unknown): string =>
  `<h3>${escaped(title)}</h3><pre tabindex="0">${escaped(JSON.stringify(value, null, 2))}</pre>`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const STYLE = `
body{font:16px/1.6 system-ui,sans-serif;margin:0}main{max-width:60rem;margin:0 auto;padding:2rem 1rem}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem}h2{margin:2rem 0 .5rem;text-transform:capitalize}h3{font-size:.9rem;margin:1rem 0 .25rem}
details{border:1px solid color-mix(in srgb,currentColor 18%,transparent);border-radius:.5rem;margin:.4rem 0;padding:.5rem .75rem}
summary{cursor:pointer}summary b{display:inline-block;min-width:4.5rem;font-size:.85rem}summary span{opacity:.8}
pre{overflow:auto;max-height:24rem;padding:.75rem;border-radius:.4rem;font-size:.8rem;background:color-mix(in srgb,currentColor 7%,transparent)}`;
