/** What runbooks are made of: their form is held by a test, so that these few rules are all there are. */
export type Block =
  | { kind: 'heading'; text: string }
  | { kind: 'code'; language: string; text: string }
  | { kind: 'text'; parts: Part[] };
export type Part = { kind: 'words' | 'code' | 'runbook'; text: string };

export function blocksOf(text: string): Block[] {
  return text
    .split(/^(```\w+\n[\s\S]*?\n```)$|\n{2,}/m)
    .map((block) => block?.trim() ?? '')
    .filter((block) => block !== '' && !block.startsWith('# '))
    .map(blockOf);
}

function blockOf(text: string): Block {
  const code = /^```(\w+)\n([\s\S]*)\n```$/.exec(text);
  if (code) return { kind: 'code', language: code[1] ?? '', text: code[2] ?? '' };
  if (text.startsWith('## ')) return { kind: 'heading', text: text.slice(3) };
  return { kind: 'text', parts: partsOf(text) };
}

/** Code in backticks; other runbooks by their name; of a link to another document its words. */
function partsOf(text: string): Part[] {
  return text
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .split(/(`[^`]+`|\bChatbox[A-Z]\w+)/)
    .filter((part) => part !== '')
    .map((part) => {
      if (part.startsWith('`')) return { kind: 'code', text: part.slice(1, -1) };
      return { kind: /^Chatbox[A-Z]\w+$/.test(part) ? 'runbook' : 'words', text: part };
    });
}
