// Relays and contacts as the settings choose them: twins here, and GPIO lines that are not there.
import { expect, test } from '@playwright/test';

import { adminPassword, Station } from './station.ts';

let station: Station;
test.afterEach(async () => station.stop());

const twin = async (name: string) => (await station.expect('GET', '/twins')).items.find((one: any) => one.name === name);
const attention = async (id: string) => (await station.expect('GET', '/overview')).attention.find((one: any) => one.id === id);

test('A01 A19: a relay that is not there stops nothing, says why, and is replaced live', async () => {
  station = await Station.start();
  await station.setUp();
  const refused = await station.call('PATCH', '/settings', { 'lock1.relay': 'gpio', 'lock1.relay_line': 'gpiochip0:4000' });
  expect(refused.status).toBe(422);
  expect(JSON.stringify(refused.body)).toMatch(/lock1\.relay_line.*gpiochip0:4000.*gpiochip0:17/s);
  await station.expect('PATCH', '/settings', { 'lock1.relay': 'gpio', 'lock1.relay_line': 'no-such-chip:3' });
  expect((await station.lock()).state).toBe('jammed');
  const told = await attention('lock-1');
  expect(told.severity).toBe('alarm');
  expect(told.message).toMatch(/Front door.*no-such-chip line 3.*Relays and inputs/);
  expect(told.action).toBe('/settings/hardware');
  const unlock = await station.call('POST', '/locks/1/unlock');
  expect(unlock.status).toBe(503);
  expect(unlock.body.error.message).toContain('no-such-chip');
  expect((await station.waitForEvent('access.lock_fault')).message).toContain('no-such-chip');
  expect((await twin('lock-1')).state).toBe('not there, no-such-chip:3');
  expect((await station.call('POST', '/twins/lock-1', { action: 'heal' })).status, 'a twin out of use').toBe(409);
  expect((await station.lock(2)).state, 'the other lock').toBe('locked');

  // The same at the start.
  await station.kill('SIGTERM');
  await station.launch();
  await station.logIn();
  expect((await station.lock()).state).toBe('jammed');
  await station.expect('PATCH', '/settings', { 'lock1.relay': 'twin' });
  expect((await station.lock()).state).toBe('locked');
  expect(await attention('lock-1')).toBeUndefined();
  await station.waitForEvent('access.lock_recovered');
  await station.expect('POST', '/locks/1/unlock');
  expect((await twin('lock-1')).state).toBe('energised');
});

test('A19: an exit button that is not there is said on the overview and in the journal', async () => {
  station = await Station.start();
  await station.setUp();
  await station.expect('PATCH', '/settings', { 'exit_button.input': 'gpio', 'exit_button.line': 'no-such-chip:4' });
  expect((await attention('exit-button')).message).toMatch(/exit button gives no signal.*no-such-chip line 4/);
  await station.waitForEvent('input.lost');
  await station.expect('PATCH', '/settings', { 'exit_button.input': 'none' });
  expect(await attention('exit-button')).toBeUndefined();
  expect(await twin('exit-button')).toBeUndefined();
});

test('A16 C06: the emergency key is an alarm in the journal, though no centre can be called', async () => {
  station = await Station.start();
  await station.setUp();
  await station.expect('POST', '/twins/emergency-key', { action: 'press' });
  const told = await station.waitForEvent('call.emergency');
  expect(told.kind).toBe('alarm');
  await station.waitForEvent('call.nobody_available');
  expect(JSON.stringify(await station.expect('GET', '/panel')), 'and whoever pressed it reads so').toContain('panel.nobody_available');
});

test('A04 A05 A16: a watched door keeps its lock open, is held, forced, and shown', async ({ page }) => {
  station = await Station.start();
  await station.setUp();
  await station.expect('PATCH', '/settings', { 'lock1.sensor': true, 'lock1.held_limit': 5, 'lock1.period': 1, 'lock1.interval': 0 });
  await station.waitFor('the contact', async () => (await station.lock()).door_open === false);
  await station.expect('POST', '/locks/1/unlock');
  await station.expect('POST', '/twins/door-contact-1', { action: 'activate' });
  await station.waitFor('the door to open', async () => (await station.lock()).door_open === true);
  await station.waitFor('the alarm', async () => (await station.lock()).held_open);
  expect((await station.lock()).state, 'the period is long over').toBe('unlocked');
  expect((await station.waitForEvent('alarm.door_held')).message).toContain('5 s');
  expect((await attention('door-1')).message).toContain('held open');
  await station.expect('POST', '/twins/door-contact-1', { action: 'release' });
  await station.waitFor('the lock', async () => (await station.lock()).state === 'locked');
  await new Promise((done) => setTimeout(done, 500));  // who pulled it while the bolt was still free forced nothing
  await station.expect('POST', '/twins/door-contact-1', { action: 'activate' });
  await station.waitForEvent('alarm.door_forced');

  await page.context().request.post(`${station.url}/api/v1/login`, { data: { account: 'admin', password: adminPassword } });
  await page.goto(`${station.url}/#/access/doors`);
  await expect(page.getByText('Door stands open')).toBeVisible();
});
