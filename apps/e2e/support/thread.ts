import { readdirSync, readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { type MockModel, startMockModel } from '../../../tools/mock-model/server.ts';
import { openWindow, type Wish } from './browser.ts';
import { type Person, register, somebody } from './people.ts';
import { type Product, startProduct } from './product.ts';

/** A product of its own that answers with the mock model, so that it can be broken without hurting other files. */
export async function startThreads(): Promise<{
  product: Product;
  mock: MockModel;
  ann: Person;
  stop: () => Promise<void>;
}> {
  const mock = await startMockModel({ tokens: 30, delayMilliseconds: 5 });
  const product = await startProduct({
    OPENAI_BASE_URL: `${mock.url}/v1`,
    OPENAI_API_KEY: 'a key for the mock',
    DISCOVER_LOCAL_MODELS: 'false',
  });
  const ann = await register(product.url, somebody());
  const stop = async () => {
    await product.stop();
    await mock.close();
  };
  return { product, mock, ann, stop };
}

/** An answer of ten seconds and a restart of the API, on a machine that has other things to do. */
const PATIENCE_MS = 40_000;

/** One window on one conversation, used as a person uses it. */
export class Chat {
  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async open(
    browser: Browser,
    product: Pick<Product, 'url'>,
    as: Person,
    path = '/',
    wish: Wish = {},
  ): Promise<Chat> {
    const { context, page } = await openWindow(browser, { url: product.url, as, ...wish });
    await page.goto(path);
    // Only a page that has come to life knows the models.
    await page.getByRole('button', { name: /^Model: (?!not chosen)/ }).waitFor();
    return new Chat(context, page);
  }

  /** The same person in another tab of the same browser. */
  async secondTab(): Promise<Chat> {
    const page = await this.context.newPage();
    await page.goto(this.page.url());
    return new Chat(this.context, page);
  }

  get answers(): Locator {
    return this.page.locator('article[data-role=assistant]');
  }

  get questions(): Locator {
    return this.page.locator('article[data-role=user]');
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  async say(text: string): Promise<void> {
    const box = this.page.getByRole('textbox', { name: 'Message', exact: true });
    await box.fill(text);
    await box.press('Enter');
    await this.questions
      .filter({ hasText: text.slice(0, 60) })
      .last()
      .waitFor();
  }

  async chooseModel(name: string): Promise<void> {
    await this.page.getByRole('button', { name: /^Model:/ }).click();
    await this.page.getByRole('option', { name }).click();
    await this.page.getByRole('button', { name: `Model: ${name}` }).waitFor();
  }

  /** The last answer has ended, however. */
  async ended(): Promise<void> {
    await this.page.locator('article[data-role=assistant][aria-busy=false]').last().waitFor({ timeout: PATIENCE_MS });
    await this.button('Copy answer').last().waitFor({ timeout: PATIENCE_MS });
  }

  /** The last answer, as a person reads it. */
  async text(): Promise<string> {
    return (await this.answers.last().allInnerTexts()).join('');
  }

  /** The words of the last answer, as they are on the screen. */
  async words(): Promise<string[]> {
    return wordsOf(await this.text());
  }

  async shows(word: string, patience = PATIENCE_MS): Promise<void> {
    await this.answers.last().getByText(word).waitFor({ timeout: patience });
  }

  /** Writes down every state of the last answer that the page goes through, from now on. */
  async watch(): Promise<() => Promise<string[]>> {
    await this.page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(window, { seenTexts: seen });
      const look = () => {
        const text = [...document.querySelectorAll('article[data-role=assistant]')].at(-1)?.textContent ?? '';
        if (text !== seen.at(-1)) seen.push(text);
      };
      look();
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    return () => this.page.evaluate(() => (window as unknown as { seenTexts: string[] }).seenTexts);
  }

  /** Writes down all that the page tells of trouble, however short, from now on: what alarms, and what is said beside. */
  async listen(): Promise<() => Promise<{ alarms: string[]; said: string[] }>> {
    await this.page.evaluate(() => {
      const heard = { alarms: new Set<string>(), said: new Set<string>() };
      Object.assign(window, { heard });
      const ALARMS = '[role=alert], [role=alertdialog], [role=dialog], [data-sonner-toast]';
      const FAILURE =
        /[^.!?\n]*\b(fail\w*|errors?|went wrong|could ?n.t|could not|unavailable|interrupted|try again)\b[^.!?\n]*/gi;
      const look = () => {
        for (const element of document.querySelectorAll(ALARMS)) heard.alarms.add(element.textContent ?? '');
        const words = document.querySelector('main')?.textContent ?? '';
        for (const [text] of words.matchAll(FAILURE)) heard.alarms.add(text);
        for (const element of document.querySelectorAll('[role=status]'))
          if (element.textContent) heard.said.add(element.textContent);
      };
      look();
      new MutationObserver(look).observe(document.body, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
      });
    });
    return () =>
      this.page.evaluate(() => {
        const { heard } = window as unknown as { heard: { alarms: Set<string>; said: Set<string> } };
        return { alarms: [...heard.alarms], said: [...heard.said] };
      });
  }

  close(): Promise<void> {
    return this.context.close();
  }
}

/** An answer whose every word names its place. */
export const NUMBERED = Array.from({ length: 240 }, (_, index) => `w${index + 1}`);
export const sayNumbered = (delay = 20): string => `Words please [[delay:${delay}]] [[text:${NUMBERED.join(' ')}]]`;
export const wordsOf = (text: string): string[] => text.match(/\bw\d+\b/g) ?? [];

/** kill -9 of the API, found below the supervisor as an operator would find it. */
export function killApi({ pid }: Product): void {
  for (const child of childrenOf(pid)) {
    const command = readFileSync(`/proc/${child}/cmdline`, 'utf8');
    if (!command.includes('apps/api')) continue;
    process.kill(child, 'SIGKILL');
    return;
  }
  throw new Error('there is no API to kill');
}

const childrenOf = (pid: number): number[] =>
  readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
