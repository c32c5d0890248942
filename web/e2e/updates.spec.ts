// A page that stood open while the station was updated: the pieces that it has not fetched yet are gone.
import { expect, test } from '@playwright/test';

import { newDevice } from './pages.ts';
import { adminPassword, Station } from './station.ts';

test('design, Console: a page whose pieces are gone loads itself anew once, then says what to do in its language', async ({ browser }) => {
  const station = await Station.start();
  await station.setUp(['101']);
  const { context, page, faults } = await newDevice(browser, station, { language: 'de' });
  await context.request.post('/api/v1/login', { data: { account: 'admin', password: adminPassword } });
  // As over plain HTTP from another machine: no service worker keeps the old pieces.
  await context.addInitScript(() => void delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker);
  let loads = 0;
  page.on('request', (request) => request.isNavigationRequest() && loads++);
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Übersicht' })).toBeVisible({ timeout: 15_000 });

  await page.route('**/assets/Rooms-*.js', (route) => (loads < 2 ? route.fulfill({ status: 404 }) : route.continue()));
  await page.goto('/#/household/rooms');
  await expect(page.getByRole('heading', { name: 'Räume' })).toBeVisible({ timeout: 15_000 });
  expect(loads).toBe(2);

  await page.route('**/assets/Codes-*.js', (route) => route.fulfill({ status: 404 }));
  await page.goto('/#/access/codes');
  await expect(page.getByText('Ein Teil davon kam nicht an.')).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole('button', { name: 'Seite neu laden' })).toBeVisible();
  expect(await page.locator('main').innerText()).not.toMatch(/module|fetch|https?:/);
  expect(loads).toBe(2);
  expect(faults).toEqual([]);
  await context.close();
  await station.stop();
});
