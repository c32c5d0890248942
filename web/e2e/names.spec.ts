// Names as long as they may be, on a phone.
import { expect, test } from '@playwright/test';

import { newDevice } from './pages.ts';
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
