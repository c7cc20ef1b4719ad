import type { Browser } from 'playwright-core';
import { MailServer } from '../api/test/support/mail.ts';
import { launch, openWindow } from './support/browser.ts';
import { OWNER, register, somebody } from './support/people.ts';
import { freePort, type Product, startProduct } from './support/product.ts';

let mail: MailServer;
let product: Product;
let browser: Browser;
beforeAll(async () => {
  mail = await MailServer.open();
  const port = await freePort();
  const settings = {
    SMTP_URL: mail.url,
    MAIL_FROM: 'Chatbox <chat@example.org>',
    PUBLIC_URL: `http://localhost:${port}`,
  };
  product = await startProduct(settings, port);
  await register(product.url, OWNER);
  browser = await launch();
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await mail?.close();
});

/** The link in the newest such letter, as a mail program shows it. */
async function linkIn(address: string, subject: string): Promise<string> {
  const { text } = await mail.to(address, subject);
  const link = text.split(/\s/).find((word) => word.startsWith(`${product.url}/`));
  if (link === undefined) throw new Error(`no link to ${product.url} in:\n${text}`);
  return link;
}

it('sets a new password by the link in the letter, and says the same to who has no account', async () => {
  const ann = await register(product.url, somebody());
  const { context, page } = await openWindow(browser, { url: product.url });
  const ask = async (email: string) => {
    await page.goto('/forgot-password');
    await page.getByLabel('E-mail').fill(email);
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByText(`If ${email} belongs to an account, a link is on its way.`).waitFor();
  };
  await ask('nobody@example.org');
  await ask(ann.email);
  await page.goto(await linkIn(ann.email, 'Set a new password'));
  await page.getByLabel('New password').fill('another calm and long password');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel('E-mail').fill(ann.email);
  await page.getByLabel('Password', { exact: true }).fill('another calm and long password');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /, Ann$/ }).waitFor();
  expect(mail.mails.filter(({ to }) => to.includes('nobody@example.org'))).toEqual([]);
  await context.close();
});

it('verifies an e-mail by the letter of the registration, once, and by a press only', async () => {
  const ann = await register(product.url, somebody());
  const { context, page } = await openWindow(browser, { url: product.url, as: ann });
  const address = page.getByRole('region', { name: 'E-mail' });
  const link = await linkIn(ann.email, 'Confirm your e-mail');
  await page.goto(link);
  await page.getByRole('button', { name: 'Verify' }).waitFor();
  expect(page.url()).not.toContain('token');
  await page.goto('/settings/security');
  await address.getByText('not verified').waitFor();

  await page.goto(link);
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByRole('heading', { name: 'Your e-mail is verified' }).waitFor();
  await page.goto('/settings/security');
  await address.getByText('verified', { exact: true }).waitFor();

  await page.goto(link);
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByText('You can have a new one sent in the settings.').waitFor();
  await context.close();
});

it('changes an e-mail by a letter to the new address, and tells the old one', async () => {
  const ann = await register(product.url, somebody());
  const { context, page } = await openWindow(browser, { url: product.url, as: ann });
  const { email } = somebody();
  await page.goto('/settings/security');
  await page.getByRole('button', { name: 'Change it' }).click();
  await page.getByLabel('New e-mail').fill(email);
  await page.getByRole('region', { name: 'E-mail' }).getByLabel('Password', { exact: true }).fill(ann.password);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByText(`We sent a link to ${email}`).waitFor();
  await page.goto(await linkIn(email, 'Confirm your new e-mail'));
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByText(`From now on you sign in with ${email}.`).waitFor();
  await mail.to(ann.email, 'Your e-mail was changed');
  await context.close();
});
