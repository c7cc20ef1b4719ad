import type { Browser } from 'playwright-core';
import { launch, mockUrl, openWindow } from './support/browser.ts';
import { OWNER } from './support/people.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

it('connects a model server, tries it, makes one of its models the default, and removes it', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  await page.goto('/settings/models');
  await page.getByRole('button', { name: 'Add connection' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add connection' });
  await dialog.getByLabel('Provider').selectOption('compatible');
  await dialog.getByLabel('Name').fill('The lab');
  await dialog.getByLabel('Address').fill('http://127.0.0.1:9/v1');
  await dialog.getByRole('button', { name: 'Test' }).click();
  await dialog.getByRole('alert').waitFor();

  await dialog.getByLabel('Address').fill(`${mockUrl()}/v1`);
  await dialog.getByLabel('Key').fill('sk-browser-test-9fKe');
  await dialog.getByRole('button', { name: 'Test' }).click();
  await dialog.getByText(/^Works: \d+ models in \d+ ms/).waitFor();
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });

  const connection = page
    .getByRole('list', { name: 'Connections' })
    .getByRole('listitem')
    .filter({ hasText: 'The lab' });
  await connection.getByText('key ends in 9fKe').waitFor();
  expect(await page.content()).not.toContain('sk-browser-test');
  await connection.getByRole('button', { name: 'Test The lab' }).click();
  await connection.getByText(/^Works:/).waitFor();

  const models = page.getByRole('list', { name: 'Models' });
  const large = models.getByRole('listitem').filter({ hasText: 'mock-large' });
  await large.getByRole('button', { name: /Make .* the default/ }).click();
  await large.getByText('default', { exact: true }).waitFor();

  await connection.getByRole('button', { name: 'Actions for The lab' }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  const edit = page.getByRole('dialog', { name: 'Edit The lab' });
  await edit.getByLabel('Name').fill('The old lab');
  await edit.getByRole('button', { name: 'Save' }).click();
  await edit.waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Actions for The old lab' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Remove The old lab' }).click();
  await page.getByRole('button', { name: 'Actions for The old lab' }).waitFor({ state: 'detached' });
  await models.getByText('mock-large').first().waitFor({ state: 'detached' });
  await context.close();
});
