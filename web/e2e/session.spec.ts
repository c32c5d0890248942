// A session of the console that ends while somebody types, on a phone and by keyboard.
import { expect, test } from '@playwright/test';

import { newDevice } from './pages.ts';
import { adminPassword, Station } from './station.ts';

test('S04: what is typed in a dialog outlives the end of the session, and the keyboard goes on where it was', async ({ browser }) => {
  const station = await Station.start();
  await station.setUp(['101']);
  const { context, page } = await newDevice(browser, station, { width: 390, height: 844 });
  await context.request.post('/api/v1/login', { data: { account: 'admin', password: adminPassword } });
  await page.goto('/#/access/codes');
  await page.getByRole('button', { name: 'Add a code' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('Cleaner');
  await page.getByLabel('Code', { exact: true }).fill('60415937');
  await page.getByRole('checkbox', { name: 'Side door' }).check();
  for (const { id, current } of (await station.expect('GET', '/sessions')).items) if (!current) await station.expect('DELETE', `/sessions/${id}`);
  await expect(page.getByLabel('Password')).toBeFocused();
  await expect(page.getByRole('dialog')).toBeHidden();
  // What waits behind the login asks for nothing.
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.keyboard.type(adminPassword);
  expect(asked).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('row').filter({ hasText: 'Cleaner' })).toBeVisible();
  expect((await station.expect('GET', '/codes')).items).toMatchObject([{ name: 'Cleaner', locks: [1, 2], active: true }]);
  await context.close();
  await station.stop();
});
