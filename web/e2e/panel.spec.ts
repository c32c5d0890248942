// The station's front as a page: keys, words, lights, and a camera and microphone that it lends.
import { expect, test } from '@playwright/test';

import { arm, dial, difference, display, heard, light, movingPicture, newDevice, pairMonitor, pairPanel, phase, picture, type Device } from './pages.ts';
import { Station } from './station.ts';

let station: Station;
let panel: Device;

const shows = (words: string | RegExp) => expect(display(panel.page)).toContainText(words, { timeout: 15_000 });
const idle = () => expect(panel.page.locator('[data-panel="idle"]')).toBeVisible({ timeout: 20_000 });

test.beforeAll(async ({ browser }) => {
  // As on a machine without a microphone of its own.
  station = await Station.start(['--microphone', 'silence']);
  await station.setUp(['101']);
  await station.expect('PATCH', '/settings', { 'lock1.interval': 0, 'lock1.period': 2 });
  await station.expect('POST', '/codes', { name: 'Cleaner', code: '2468', locks: [1], active: true });
  panel = await newDevice(browser, station, { width: 768, height: 1024, touch: true });
  await pairPanel(panel, station);
});

test.afterEach(async () => {
  expect(panel.faults.splice(0)).toEqual([]);
});

test.afterAll(async () => {
  await panel?.context.close();
  await station?.stop();
});

test('C01: keys by touch and by keyboard are shown; no such room and nobody available are said in words', async () => {
  for (const key of ['9', '9', '9']) await panel.page.locator(`[data-key="${key}"]`).tap();
  await shows('999');
  await panel.page.locator('[data-key="call"]').tap();
  await shows('There is no room 999');
  await expect(panel.page.locator('[data-panel="error"]')).toBeVisible();
  await station.waitForEvent('call.no_such_room');

  await panel.page.keyboard.press('Escape');
  await idle();
  // However long the first takes on its way: the others do not overtake it.
  await panel.page.route('**/panel/keys', async (route) => {
    await new Promise((done) => setTimeout(done, 300));
    await route.continue();
  }, { times: 1 });
  await panel.page.keyboard.type('102');
  await shows('102');
  await panel.page.keyboard.press('Escape');
  await idle();
  // One that never arrives is said, and takes with it what was typed behind it; the next one goes.
  await panel.page.route('**/panel/keys', () => undefined, { times: 1 });
  await panel.page.keyboard.type('102');
  await shows('The station does not answer.');
  await panel.page.keyboard.type('101');
  await shows('101');
  // The key that was touched last has the focus, and Enter would press that one.
  await panel.page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await panel.page.keyboard.press('Enter');
  await shows('Nobody is available');
  await station.waitForEvent('call.nobody_available');
  await panel.page.keyboard.press('Escape');
  await idle();

  await panel.page.keyboard.type('10');
  await shows('10');
  await dial(panel.page, 'hangup');
  await idle();
  await expect(display(panel.page)).not.toContainText('10');
});

test('A10: a code between hashes is never shown, opens the door, and a wrong one does not', async () => {
  const seen: string[] = [];
  for (const key of '#2468') {
    await panel.page.keyboard.press(key);
    seen.push(await display(panel.page).innerText());
  }
  await expect(display(panel.page)).toContainText(/[*•●]{4}/);
  expect(seen.join('\n')).not.toMatch(/[2468]/);
  await panel.page.keyboard.press('#');
  await light(panel.page, 'unlock', true);
  await shows('The door is open');
  await light(panel.page, 'unlock', false);
  await idle();

  await dial(panel.page, '#', '1', '1', '1', '1', '#');
  await shows('Wrong code');
  await light(panel.page, 'unlock', false);
  expect((await station.lock()).state).toBe('locked');
  await idle();
});

test('A25: after five wrong codes the keypad says for how long it is locked', async () => {
  // One was wrong in the test before.
  for (let i = 0; i < 4; ++i) for (const key of ['#', '1', '1', '1', '1', '#']) await station.press(key);
  await shows(/Too many wrong codes/);
  await expect(panel.page.getByText(/The keypad opens again in/)).toBeVisible();
  await expect(panel.page.locator('[data-key="5"]')).toHaveAttribute('aria-disabled', 'true');
});

test('design, Panel: it presses keys, and plays neither the exit button nor other twins', async () => {
  const account = await panel.page.evaluate(() => JSON.parse(localStorage.getItem('lintel.device.panel')!));
  const login = await panel.context.request.post('/api/v1/login', { data: { account: account.account, password: account.password } });
  const { csrf } = await login.json();
  const headers = { 'X-Lintel-CSRF': csrf };
  for (const path of ['/twins/exit-button', '/twins/camera']) {
    const answer = await panel.context.request.post(`/api/v1${path}`, { headers, data: { action: 'press' } });
    expect(answer.status(), path).toBe(403);
  }
  for (const path of ['/rooms', '/settings', '/twins', '/journal']) expect((await panel.context.request.get(`/api/v1${path}`)).status(), path).toBe(403);
  expect((await panel.context.request.post('/api/v1/panel/keys', { headers, data: { key: 'hangup' } })).status()).toBe(200);
});

test('V01: the panel lends its camera and microphone by WHIP, and takes them back', async ({ browser }) => {
  const hall = await newDevice(browser, station, { width: 390, height: 844 });
  await pairMonitor(hall, station, '101');
  await arm(hall);
  await hall.page.getByRole('button', { name: 'Look at the door' }).click();
  const own = await movingPicture(hall.page);
  const unlike = async () => {
    const shown = await picture(hall.page);
    return shown ? difference(own, shown) : 0;
  };

  await panel.page.getByRole('button', { name: "Lend this device's camera and microphone" }).click();
  await expect(panel.page.getByText("The station uses this device's camera and microphone.")).toBeVisible({ timeout: 15_000 });
  await expect.poll(unlike, { message: 'the lent picture at the monitor', timeout: 15_000 }).toBeGreaterThan(30);
  await movingPicture(hall.page);

  await station.press('1', '0', '1', 'call');
  await phase(hall.page, 'ringing');
  await movingPicture(hall.page);
  await hall.page.getByRole('button', { name: 'Answer', exact: true }).click();
  await phase(hall.page, 'talking');
  const before = await heard(hall.page);
  await expect.poll(async () => (await heard(hall.page)).energy - before.energy, { message: 'the lent microphone at the monitor', timeout: 15_000 }).toBeGreaterThan(1e-4);
  const played = await heard(panel.page);
  await expect.poll(async () => (await heard(panel.page)).energy - played.energy, { message: 'the resident, out of the panel', timeout: 15_000 }).toBeGreaterThan(1e-4);
  await expect.poll(unlike, { message: "the lent picture in the call" }).toBeGreaterThan(30);
  await hall.page.getByRole('button', { name: 'Hang up', exact: true }).click();
  await light(panel.page, 'talk', false);
  await hall.page.getByRole('button', { name: 'Close', exact: true }).click();

  await hall.page.getByRole('button', { name: /Look at the door/ }).click();
  await expect.poll(unlike, { message: 'the lent picture again', timeout: 15_000 }).toBeGreaterThan(30);
  await panel.page.getByRole('button', { name: 'Stop lending' }).click();
  await expect.poll(unlike, { message: "the station's own picture", timeout: 15_000 }).toBeLessThan(12);
  await movingPicture(hall.page);
  expect(hall.faults).toEqual([]);
  await hall.context.close();
});
