// One monitor in two windows of a browser: they share its storage, and with it the pairing.
import { expect, test } from '@playwright/test';

import { arm, newDevice, online, pairMonitor, phase } from './pages.ts';
import { Station } from './station.ts';

test('C01: both windows of a monitor ring, an answer or a refusal in one ends the other, and each rings on when the other is closed', async ({ browser }) => {
  const station = await Station.start();
  await station.setUp(['101']);
  const device = await newDevice(browser, station, { width: 390, height: 844 });
  await pairMonitor(device, station, '101');
  await arm(device);
  const first = device.page;
  const second = await device.context.newPage();
  await second.goto('/monitor');
  await second.getByRole('button', { name: 'Switch on', exact: true }).click();
  await online(second);

  await station.press('1', '0', '1', 'call');
  await Promise.all([phase(first, 'ringing'), phase(second, 'ringing')]);
  await first.getByRole('button', { name: 'Answer', exact: true }).click();
  await phase(first, 'talking');
  await expect(second.locator('[data-phase="ended"]')).toHaveAttribute('data-cause', 'answered-elsewhere', { timeout: 15_000 });
  await first.getByRole('button', { name: 'Hang up', exact: true }).click();
  await station.waitFor('the end of the call', async () => (await station.expect('GET', '/calls')).items.length === 0);

  await station.press('hangup', '1', '0', '1', 'call');
  await Promise.all([phase(first, 'ringing'), phase(second, 'ringing')]);
  await first.getByRole('button', { name: 'Decline', exact: true }).click();
  await expect(second.locator('[data-phase="ended"]')).toHaveAttribute('data-cause', 'declined');

  await second.close();
  await online(first);
  await station.press('hangup', '1', '0', '1', 'call');
  await phase(first, 'ringing');
  expect(device.faults).toEqual([]);
  await device.context.close();
  await station.stop();
});
