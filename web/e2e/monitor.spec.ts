// The first call, in real browsers: a panel, two monitors of room 101, and the station between them.
//
//   panel ── keys ──▶ station ── INVITE over WebSocket ──▶ 101#0 and 101#1 ring, with live video (WHEP)
//                             ◀── answer, sound both ways, unlock ── the first of them
import { expect, test } from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { arm, Cable, dial, display, heard, light, movingPicture, newDevice, online, pairMonitor, pairPanel, phase, type Device } from './pages.ts';
import { level, readWav } from './sound.ts';
import { Station } from './station.ts';

const folder = mkdtempSync(join(tmpdir(), 'lintel-monitor-'));
const loudspeaker = join(folder, 'loudspeaker.wav');
let station: Station;
let cable: Cable;
let panel: Device;
let hall: Device;
let kitchen: Device;

const press = (device: Device, name: string) => device.page.getByRole('button', { name, exact: true }).click();
const shows = (words: string | RegExp) => expect(display(panel.page)).toContainText(words, { timeout: 15_000 });
const quiet = () => station.waitFor('the end of the call', async () => (await station.expect('GET', '/calls')).items.length === 0);

async function ring(): Promise<void> {
  await dial(panel.page, '1', '0', '1', 'call');
  await Promise.all([phase(hall.page, 'ringing'), phase(kitchen.page, 'ringing')]);
}

// Both monitors at rest and reachable, the front idle: the state from which every test begins.
async function atRest(): Promise<void> {
  await dial(panel.page, 'hangup');
  await quiet();
  for (const { page } of [hall, kitchen]) await online(page, 20_000);
  await expect(panel.page.locator('[data-panel="idle"]')).toBeVisible({ timeout: 15_000 });
}

test.beforeAll(async ({ browser }) => {
  station = await Station.start(['--speaker', loudspeaker]);
  await station.setUp(['101']);
  await station.expect('PATCH', '/settings', { 'lock1.interval': 0 });
  cable = await Cable.to(station);
  panel = await newDevice(browser, station, { width: 768, height: 1024 });
  await pairPanel(panel, station);
  hall = await newDevice(browser, station, { width: 390, height: 844 });
  kitchen = await newDevice(browser, station, { url: cable.url });
  expect(await pairMonitor(hall, station, '101', 'link')).toBe('101#0');
  expect(await pairMonitor(kitchen, station, '101', 'short code')).toBe('101#1');
  await arm(hall);
  await arm(kitchen);
});

test.afterEach(async ({}, information) => {
  if (information.status !== information.expectedStatus) return;
  await atRest();
  for (const device of [panel, hall, kitchen]) expect(device.faults.splice(0)).toEqual([]);
});

test.afterAll(async () => {
  await Promise.all([panel, hall, kitchen].map((device) => device?.context.close()));
  await cable?.remove();
  await station?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('C01 C02 C31 A13 A03: both ring with live video, one answers, both hear, the door opens and closes', async () => {
  await ring();
  await light(panel.page, 'call', true);
  for (const { page } of [hall, kitchen]) await movingPicture(page);
  await hall.page.screenshot({ path: '/tmp/x/shots/ringing.png' });

  await press(hall, 'Answer');
  await phase(hall.page, 'talking');
  const before = readWav(loudspeaker).samples.length;
  await expect(kitchen.page.locator('[data-phase="ended"]')).toHaveAttribute('data-cause', 'answered-elsewhere');
  await expect(kitchen.page.getByRole('heading', { name: 'Answered elsewhere' })).toBeVisible();
  await light(panel.page, 'talk', true);
  await light(panel.page, 'call', false);

  const first = await heard(hall.page);
  await expect.poll(async () => {
    const now = await heard(hall.page);
    return now.seconds > first.seconds + 0.5 ? (now.energy - first.energy) / (now.seconds - first.seconds) : 0;
  }, { message: 'the visitor is heard at the monitor', timeout: 10_000 }).toBeGreaterThan(1e-5);
  await expect.poll(() => {
    const { rate, samples } = readWav(loudspeaker);
    return samples.length > before + rate ? level({ rate, samples: samples.subarray(before + rate / 2) }) : 0;
  }, { message: 'the resident is heard at the door', timeout: 10_000 }).toBeGreaterThan(0.002);
  await movingPicture(hall.page);

  await press(hall, 'Unlock');
  await light(panel.page, 'unlock', true);
  await shows('The door is open');
  expect((await station.lock()).state).toBe('unlocked');
  await light(panel.page, 'unlock', false);
  expect((await station.lock()).state).toBe('locked');
  const opened = await station.waitForEvent('access.unlocked');
  expect(opened.subject).toBe('101#0');

  await press(hall, 'Hang up');
  await expect(hall.page.locator('[data-phase="ended"]')).toHaveAttribute('data-cause', 'ended');
  await quiet();
  await light(panel.page, 'talk', false);
  const order = ['call.pressed', 'call.ringing', 'call.answered', 'access.unlocked', 'access.locked', 'call.ended'];
  expect((await station.journal()).map((entry) => entry.event).reverse().filter((event) => order.includes(event))).toEqual(order);
});
