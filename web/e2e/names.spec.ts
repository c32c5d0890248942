// Names as long as they may be, on a phone.
import { expect, test } from '@playwright/test';

import { arm, newDevice, pairMonitor, phase } from './pages.ts';
import { adminPassword, Station } from './station.ts';

const name = 'Donaudampfschifffahrtsgesellschaftskapitaenswitwenrentenauszahlu';

test('H10 A10: on a phone a name of 64 letters pushes nothing out of sight', async ({ browser }) => {
  const station = await Station.start();
  await station.setUp(['101']);
  await station.expect('POST', '/monitors', { room: '101', kind: 'phone', name });
  await station.expect('POST', '/codes', { name, code: '60415938', room: '101', locks: [1] });
  const { context, page } = await newDevice(browser, station, { width: 390, height: 844 });
  await context.request.post('/api/v1/login', { data: { account: 'admin', password: adminPassword } });
  for (const [path, state] of [['/household/monitors', 'Offline'], ['/access/codes', 'Active']] as const) {
    await page.goto(`/#${path}`);
    await expect.soft(page.getByRole('row').filter({ hasText: name }).getByText(state), path).toBeInViewport({ ratio: 1 });
    if (process.env.LINTEL_SHOTS) await page.screenshot({ path: `${process.env.LINTEL_SHOTS}/names${path.replaceAll('/', '-')}.png` });
  }
  // The journal can be read to the end of the line.
  await page.goto('/#/journal');
  const sentence = page.getByRole('article').filter({ hasText: name }).getByText(name).first();
  await expect(sentence).toBeVisible();
  expect(await sentence.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0);
  await context.close();
  await station.stop();
});

test('A13: on a phone every door of a call has its button, whatever the doors are called and however it is held', async ({ browser }) => {
  const station = await Station.start();
  await station.setUp(['101']);
  await station.expect('PATCH', '/settings', { 'station.name': name.slice(0, 40), 'lock1.name': name.slice(0, 40) });
  const hall = await newDevice(browser, station, { width: 390, height: 844, touch: true });
  const { context, page } = hall;
  await pairMonitor(hall, station, '101');
  const narrow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(await narrow(), 'the first start').toBeLessThanOrEqual(0);
  await arm(hall);
  await expect(page.getByRole('button', { name: `Unlock ${name.slice(0, 40)}` })).toBeInViewport({ ratio: 1 });
  await station.press('1', '0', '1', 'call');
  await phase(page, 'ringing');
  for (const door of [1, 2]) await expect.soft(page.locator(`[data-door="${door}"]`), 'ringing').toBeInViewport({ ratio: 1 });
  await page.getByRole('button', { name: 'Answer' }).click();
  await phase(page, 'talking');
  for (const door of [1, 2]) await expect.soft(page.locator(`[data-door="${door}"]`), 'talking').toBeInViewport({ ratio: 1 });
  // Held across, what does not fit is scrolled to, but nothing covers a button or leaves it no width.
  await page.setViewportSize({ width: 844, height: 390 });
  await page.getByRole('button', { name: 'Hang up' }).scrollIntoViewIfNeeded();
  const boxes = await Promise.all(['[data-door="1"]', '[data-door="2"]', 'button:has-text("Hang up")'].map((one) => page.locator(one).boundingBox()));
  for (const box of boxes) expect.soft(box!.width).toBeGreaterThan(90);
  expect(boxes[2]!.y).toBeGreaterThanOrEqual(boxes[1]!.y + boxes[1]!.height);
  // With the keypad the column is higher than the screen: its beginning can be scrolled to as well.
  await page.getByRole('button', { name: 'Keypad' }).click();
  const first = page.getByRole('button', { name: '1', exact: true });
  await first.scrollIntoViewIfNeeded();
  await expect.soft(first).toBeInViewport({ ratio: 1 });
  if (process.env.LINTEL_SHOTS) await page.screenshot({ path: `${process.env.LINTEL_SHOTS}/names-call.png` });
  await context.close();
  await station.stop();
});
