import type { BrowserContext } from 'playwright-core';
import { productUrl } from './browser.ts';

/** Makes conversations for the person who is signed in, the last one first in the list. Answers their ids. */
export async function makeConversations(context: BrowserContext, titles: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const title of titles) {
    const response = await context.request.post('/api/v1/conversations', {
      data: { title },
      headers: { origin: productUrl() },
    });
    if (!response.ok()) throw new Error(`conversations answered ${response.status()}: ${await response.text()}`);
    const { id } = (await response.json()) as { id: string };
    ids.push(id);
  }
  return ids;
}
