// The first call, in real browsers: a panel, two monitors of room 101, and the station between them.
//
//   panel ── keys ──▶ station ── INVITE over WebSocket ──▶ 101#0 and 101#1 ring, with live video (WHEP)
//                             ◀── answer, sound both ways, unlock ── the first of them
import { expect, test } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import configuration from '../playwright.config.ts';
import { arm, Cable, dial, difference, display, documented, heard, light, listen, movingPicture, newDevice, online, pairMonitor, pairPanel, phase, type Device } from './pages.ts';
import { level, likeness, readWav } from './sound.ts';
import { adminPassword, Station } from './station.ts';

const folder = mkdtempSync(join(tmpdir(), 'lintel-monitor-'));
const loudspeaker = join(folder, 'loudspeaker.wav');
// A real street and two real voices: what arrives must be recognisable, not merely something.
const street = execFileSync('dpkg', ['-L', 'opencv-doc']).toString().split('\n').find((path) => path.endsWith('vtest.avi'))!;
const visitor = speech('visitor', 'en', 'Good evening. Here is the parcel for the second floor. Please open the door for me. Thank you very much.');
const resident = speech('resident', 'en+f3', 'Yes hello, who is there? Come up to the second floor and leave it with the neighbour, please. I open now.');

function speech(name: string, voice: string, words: string): string {
  // Every worker of Playwright loads this file; a voice that is there is not spoken again.
  const path = join(tmpdir(), `lintel-${name}.wav`);
  if (!existsSync(path)) execFileSync('espeak-ng', ['-v', voice, '-w', path, words]);
  return path;
}

const launch = configuration.use!.launchOptions!;
test.use({ launchOptions: { ...launch, args: [...launch.args!, `--use-file-for-fake-audio-capture=${resident}`] } });

let station: Station;
let cable: Cable;
let panel: Device;
let hall: Device;
let kitchen: Device;

const press = (device: Device, name: string) => device.page.getByRole('button', { name, exact: true }).click();
const unlock = (device: Device) => device.page.locator('[data-door="1"]').click();
const shows = (words: string | RegExp) => expect(display(panel.page)).toContainText(words, { timeout: 15_000 });
const quiet = () => station.waitFor('the end of the call', async () => (await station.expect('GET', '/calls')).items.length === 0);
const over = (device: Device, cause: string) => expect(device.page.locator('[data-phase="ended"]')).toHaveAttribute('data-cause', cause, { timeout: 15_000 });
const events = async () => (await station.journal()).map((entry) => entry.event);

async function ring(): Promise<void> {
  await dial(panel.page, '1', '0', '1', 'call');
  await Promise.all([phase(hall.page, 'ringing'), phase(kitchen.page, 'ringing')]);
}

// Both monitors at rest and reachable, the front idle: the state from which every test begins.
async function atRest(): Promise<void> {
  await quiet();
  // The words about the call before need not be read to their end.
  await dial(panel.page, 'hangup');
  for (const { page } of [hall, kitchen]) await online(page, 20_000);
  await expect(panel.page.locator('[data-panel="idle"]')).toBeVisible({ timeout: 15_000 });
}

test.beforeAll(async ({ browser }) => {
  station = await Station.start(['--camera', street, '--microphone', visitor, '--speaker', loudspeaker]);
  await station.setUp(['101']);
  await station.expect('PATCH', '/settings', { 'lock1.interval': 0, 'lock1.period': 2, 'station.name': 'Main entrance', 'station.number': '8005' });
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

test.beforeEach(atRest);

test.afterEach(async () => {
  for (const device of [panel, hall, kitchen]) expect(device.faults.splice(0)).toEqual([]);
  if ((await station.expect('GET', '/calls')).items.length) await dial(panel.page, 'hangup');
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
  const [seen] = await Promise.all([hall, kitchen].map(({ page }) => movingPicture(page)));
  // The clip shows the same street all the time: compare with its first frame, but for the line with the clock.
  const still = execFileSync('ffmpeg', ['-v', 'error', '-i', street, '-frames:v', '1', '-vf', 'scale=64:48,format=gray', '-f', 'rawvideo', '-']);
  const below = (grey: Iterable<number>) => ({ width: 64, height: 41, grey: [...grey].slice(64 * 7) });
  expect(difference(below(seen!.grey), below(still)), 'mean difference of grey levels, of 255').toBeLessThan(16);
  await documented(hall.page, 'monitor-ringing.png');
  await documented(panel.page, 'panel.png');

  await press(hall, 'Answer');
  await phase(hall.page, 'talking');
  await over(kitchen, 'answered-elsewhere');
  await expect(kitchen.page.getByRole('heading', { name: 'Answered elsewhere' })).toBeVisible();
  await light(panel.page, 'talk', true);
  await light(panel.page, 'call', false);

  const before = readWav(loudspeaker).samples.length;
  const first = await heard(hall.page);
  const voice = await listen(hall.page, 5);
  expect(likeness(readWav(visitor), voice), "the visitor's voice at the monitor").toBeGreaterThan(0.7);
  const now = await heard(hall.page);
  expect(now.energy - first.energy, 'energy of the sound that arrived').toBeGreaterThan(1e-4);
  await movingPicture(hall.page);
  const { rate, samples } = readWav(loudspeaker);
  const played = { rate, samples: samples.subarray(before) };
  expect(level(played), 'the resident is heard at the door').toBeGreaterThan(0.005);
  expect(likeness(readWav(resident), played), "the resident's voice at the door").toBeGreaterThan(0.7);

  await unlock(hall);
  await light(panel.page, 'unlock', true);
  await shows('The door is open');
  await expect(hall.page.getByText('Front door is open')).toBeVisible();
  expect((await station.lock()).state).toBe('unlocked');
  await light(panel.page, 'unlock', false);
  expect((await station.lock()).state).toBe('locked');
  expect((await station.waitForEvent('access.unlocked')).subject).toBe('101#0');

  await press(hall, 'Hang up');
  await over(hall, 'ended');
  await quiet();
  await light(panel.page, 'talk', false);
  const order = ['call.pressed', 'call.ringing', 'call.answered', 'access.unlocked', 'access.locked', 'call.ended'];
  const told = (await events()).reverse();
  expect(told.slice(told.indexOf('call.pressed')).filter((event) => order.includes(event))).toEqual(order);
});

test('C01: the visitor hangs up while it talks, and both sides end', async () => {
  await ring();
  await press(kitchen, 'Answer');
  await phase(kitchen.page, 'talking');
  await over(hall, 'answered-elsewhere');
  await light(panel.page, 'talk', true);
  await dial(panel.page, 'hangup');
  await over(kitchen, 'ended');
});

test('C01: one declines and the other rings on; when both have, the panel says so', async () => {
  await ring();
  await press(kitchen, 'Decline');
  await over(kitchen, 'declined');
  await light(panel.page, 'call', true);
  await phase(hall.page, 'ringing');
  await movingPicture(hall.page);
  await press(hall, 'Decline');
  await over(hall, 'declined');
  await shows('The call was not taken');
  await light(panel.page, 'call', false);
  expect(await events()).toContain('call.refused');
});

test('A13: the door opens while it rings, without an answer', async () => {
  await ring();
  await unlock(kitchen);
  await light(panel.page, 'unlock', true);
  await light(panel.page, 'unlock', false);
  await dial(panel.page, 'hangup');
  await over(hall, 'missed');
});

test('C01: the visitor gives up, and both monitors say missed', async () => {
  await ring();
  await dial(panel.page, 'hangup');
  await Promise.all([over(hall, 'missed'), over(kitchen, 'missed')]);
  await light(panel.page, 'call', false);
  expect(await events()).toContain('call.cancelled');
});

test('C12: a monitor whose connection is cut while it rings says so and recovers; the call goes on for the other', async () => {
  await ring();
  cable.pull();
  await over(kitchen, 'failed');
  await expect(kitchen.page.getByText('The station does not answer')).toBeVisible();
  await expect(kitchen.page.locator('[data-line]')).toHaveAttribute('data-line', 'reconnecting');
  await phase(hall.page, 'ringing');
  await press(hall, 'Answer');
  await phase(hall.page, 'talking');
  await light(panel.page, 'talk', true);
  cable.plug();
  await online(kitchen.page, 25_000);
  await expect(kitchen.page.getByText('The station does not answer')).toBeHidden({ timeout: 20_000 });
  await phase(hall.page, 'talking');
  await press(hall, 'Hang up');
  await over(hall, 'ended');
  await atRest();
  await ring();
  await dial(panel.page, 'hangup');
  await Promise.all([over(hall, 'missed'), over(kitchen, 'missed')]);
});

test('C12: a monitor that comes back while it still rings for the other rings again, and may answer', async () => {
  await ring();
  cable.pull();
  await over(kitchen, 'failed');
  cable.plug();
  await phase(kitchen.page, 'ringing', 25_000);
  await phase(hall.page, 'ringing');
  await press(kitchen, 'Answer');
  await phase(kitchen.page, 'talking');
  await over(hall, 'answered-elsewhere');
  await press(kitchen, 'Hang up');
  await over(kitchen, 'ended');
  await atRest();
});

test('C01: the last monitor that rings and whose connection is cut rings again when it is back, and may answer', async () => {
  await ring();
  await press(hall, 'Decline');
  cable.pull();
  await over(kitchen, 'failed');
  cable.plug();
  await phase(kitchen.page, 'ringing', 25_000);
  await press(kitchen, 'Answer');
  await phase(kitchen.page, 'talking');
  await press(kitchen, 'Hang up');
  await over(kitchen, 'ended');
});

test('C12: a monitor whose connection went dead while it rings alone rings again by a new one, and may answer', async () => {
  await ring();
  await press(hall, 'Decline');
  cable.silence(); // the station believes for most of a minute that the connection stands
  const anew = kitchen.page.waitForEvent('websocket', { timeout: 15_000 });
  await kitchen.page.evaluate(() => window.dispatchEvent(new Event('online')));
  await anew; // what rang is over by then, if only for a moment
  await phase(kitchen.page, 'ringing', 25_000);
  await press(kitchen, 'Answer');
  await phase(kitchen.page, 'talking');
  await press(kitchen, 'Hang up');
  await over(kitchen, 'ended');
});

test('C12: a monitor whose connection went dead in its sleep connects anew when it wakes', async () => {
  cable.silence();
  const anew = kitchen.page.waitForEvent('websocket', { timeout: 15_000 });
  await kitchen.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await anew;
  await online(kitchen.page);
  await ring();
  await dial(panel.page, 'hangup');
  await Promise.all([over(hall, 'missed'), over(kitchen, 'missed')]);
});

test('C12: a monitor is online again after its network was away for a moment', async () => {
  await kitchen.context.setOffline(true);
  await expect(kitchen.page.getByText('The station does not answer')).toBeVisible();
  await kitchen.context.setOffline(false);
  await online(kitchen.page);
  await expect(kitchen.page.getByText('The station does not answer')).toBeHidden({ timeout: 20_000 });
});

test('C01: a device without a microphone answers, sees and hears', async () => {
  await hall.page.evaluate(() => {
    const asked = navigator.mediaDevices.getUserMedia;
    navigator.mediaDevices.getUserMedia = () => {
      navigator.mediaDevices.getUserMedia = asked;
      return Promise.reject(new DOMException('Requested device not found', 'NotFoundError'));
    };
  });
  await ring();
  await press(hall, 'Answer');
  await phase(hall.page, 'talking');
  await expect(hall.page.getByRole('alert').filter({ hasText: 'The visitor cannot hear you' })).toBeVisible();
  const first = await heard(hall.page);
  await expect.poll(async () => (await heard(hall.page)).energy - first.energy, { message: 'the visitor is heard' }).toBeGreaterThan(1e-4);
  await movingPicture(hall.page);
  await press(hall, 'Hang up');
  await over(hall, 'ended');
});

test('C12: a cut connection does not end a call that talks; it can be ended after it came back', async () => {
  await ring();
  await press(kitchen, 'Answer');
  await phase(kitchen.page, 'talking');
  cable.pull();
  await expect(kitchen.page.getByText('The connection to the station was lost.')).toBeVisible({ timeout: 15_000 });
  const cut = await heard(kitchen.page);
  await expect.poll(async () => (await heard(kitchen.page)).energy - cut.energy, { message: 'the visitor is still heard' }).toBeGreaterThan(1e-4);
  cable.plug();
  await expect(kitchen.page.getByText('The connection to the station was lost.')).toBeHidden({ timeout: 25_000 });
  await phase(kitchen.page, 'talking');
  await press(kitchen, 'Hang up');
  await over(kitchen, 'ended');
  await light(panel.page, 'talk', false);
});

test('C28: six watch at once without a call', async ({ browser }) => {
  const office = await newDevice(browser, station, { width: 800, height: 600 });
  await office.context.request.post('/api/v1/login', { data: { account: 'admin', password: adminPassword } });
  await office.page.goto('/#/live');
  const more = [office.page];
  for (const path of ['/#/live', '/', '/']) {
    const page = await office.context.newPage();
    await page.goto(path);
    more.push(page);
  }
  await press(hall, 'Look at the door');
  await press(kitchen, 'Look at the door');
  for (const page of [hall.page, kitchen.page, ...more]) await movingPicture(page);
  for (const page of [hall.page, kitchen.page, ...more]) await expect(page.locator('[data-state="live"]').first()).toBeVisible();
  await expect(more[3]!.getByText('2/2'), 'monitors online: the panel is none').toBeVisible();
  await more[3]!.setViewportSize({ width: 1280, height: 860 });
  await documented(more[3]!, 'console.png');
  await office.context.close();
  await press(hall, 'Stop watching');
  await press(kitchen, 'Stop watching');
});

test('C28: where the browser gives no sound without a press, as on an iPhone, the button for it is free', async ({ browser }) => {
  const phone = await newDevice(browser, station, { width: 390, height: 844 });
  await phone.context.addInitScript(() => {
    let pressed = false;
    addEventListener('click', () => {
      pressed = true;
      setTimeout(() => (pressed = false));
    }, true);
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () {
      return this.muted || pressed ? play.call(this) : Promise.reject(new DOMException('', 'NotAllowedError'));
    };
  });
  const account = await pairMonitor(phone, station, '101');
  await press(phone, 'Allow microphone and bell');
  await press(phone, 'Look at the door');
  await press(phone, 'Sound on');
  expect(await phone.page.locator('[data-state="live"] video').evaluate((video: HTMLVideoElement) => video.muted)).toBe(false);
  await press(phone, 'Stop watching');
  await phone.context.close();
  await station.expect('DELETE', `/monitors/${encodeURIComponent(account)}`);
});

test('design, Monitors: a page that cannot sound says so', async ({ browser }) => {
  const mute = await newDevice(browser, station, { width: 390, height: 844 });
  await mute.context.addInitScript(() => Object.assign(window, { AudioContext: undefined }));
  const account = await pairMonitor(mute, station, '101');
  await press(mute, 'Allow microphone and bell');
  await expect(mute.page.getByText('This browser does not let the page sound')).toBeVisible();
  await press(mute, 'Go on anyway');
  await expect(mute.page.getByText('This page cannot ring')).toBeVisible();
  await expect(mute.page.getByText('A locked phone puts this page to sleep')).toBeVisible();
  await mute.context.close();
  await station.expect('DELETE', `/monitors/${encodeURIComponent(account)}`);
});

test('security 13: a monitor that is unpaired at itself opens no door any more', async ({ browser }) => {
  const mine = await newDevice(browser, station);
  const account = await pairMonitor(mine, station, '101');
  await arm(mine);
  const session = async () => (await (await mine.context.request.get('/api/v1/state')).json()).session;
  expect((await session()).account).toBe(account);
  await press(mine, 'This device');
  await press(mine, 'Unpair…');
  await press(mine, 'Unpair');
  await mine.page.getByLabel('Short code').waitFor();
  await expect.poll(session).toBeNull();
  await mine.context.close();
  await station.expect('DELETE', `/monitors/${encodeURIComponent(account)}`);
});
