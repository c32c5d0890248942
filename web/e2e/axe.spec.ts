// axe over the pages as the real station serves them: no serious and no critical fault, and nothing that the content
// policy refuses.
import { expect, test, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { arm, dial, newDevice, pairMonitor, pairPanel, phase, type Device } from './pages.ts';
import { adminPassword, Station } from './station.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let station: Station;
const devices: Device[] = [];

// The faults that exclude somebody, in words; each with the first place where it stands.
async function faults(page: Page): Promise<string[]> {
  // The policy forbids scripts from elsewhere: this one comes through the debugger.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe);
  // What fades in has not its contrast yet.
  await page.evaluate(() => Promise.all(document.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations !== Infinity).map((one) => one.finished.catch(() => undefined))));
  return page.evaluate(async () => {
    const result = await (window as any).axe.run(document);
    if (result.passes.length < 5) throw new Error('axe saw nothing');
    return result.violations.filter((one: any) => one.impact === 'serious' || one.impact === 'critical')
      .map((one: any) => `${one.id}: ${one.help}: ${one.nodes[0].html.slice(0, 200)} (${one.nodes.length})`);
  });
}

async function clean(device: Device, state: string): Promise<void> {
  expect.soft(await faults(device.page), state).toEqual([]);
  expect.soft(device.faults.splice(0), `${state}: script faults and refusals of the content policy`).toEqual([]);
}

async function device(...[browser, looks]: [Parameters<typeof newDevice>[0], Parameters<typeof newDevice>[2]?]): Promise<Device> {
  const made = await newDevice(browser, station, looks);
  devices.push(made);
  return made;
}

// Set up by the first test, or here where that one was not chosen.
async function ready(): Promise<void> {
  if (!(await station.expect('GET', '/state')).initialised) await station.setUp(['101', '102']);
}

test.beforeAll(async () => {
  station = await Station.start();
});
test.afterEach(async () => {
  await Promise.all(devices.splice(0).map(({ context }) => context.close()));
});
test.afterAll(async () => station?.stop());

test('the first start, and its refusals', async ({ browser }) => {
  const office = await device(browser);
  await office.page.goto('/');
  await office.page.getByRole('heading', { level: 1 }).waitFor();
  await clean(office, 'first start');
  await office.page.getByRole('button', { name: 'Set up the station' }).click();
  await office.page.getByRole('alert').first().waitFor();
  await clean(office, 'first start, refused');
  await ready();
  await office.page.reload();
  await office.page.getByRole('heading', { name: 'Log in' }).waitFor();
  await clean(office, 'login');
});

for (const [width, colorScheme] of [[1440, 'light'], [360, 'dark']] as const)
  test(`every page of the console, ${colorScheme}, ${width} wide`, async ({ browser }) => {
    test.slow();  // axe looks at thirty pages: seconds each on a busy machine
    await ready();
    const office = await device(browser, { width, colorScheme });
    await office.context.request.post('/api/v1/login', { data: { account: 'admin', password: adminPassword } });
    await office.page.goto('/');
    const schema = await station.expect('GET', '/settings/schema');
    const settings = width === 1440 ? schema.pages.map((one: { id: string }) => `/settings/${one.id}`) : ['/settings/call'];
    for (const path of ['/', '/live', '/journal', '/household/rooms', '/household/monitors', '/household/stations', '/access/doors', '/access/codes', '/access/cards',
      '/panel/hardware', '/system/accounts', '/system/machines', '/system/certificate', '/system/about', ...settings]) {
      await office.page.goto(`/#${path}`);
      await office.page.getByRole('heading', { level: 1 }).waitFor();
      await expect(office.page.locator('main [aria-busy=true]')).toHaveCount(0);
      await clean(office, path);
    }
    await office.page.goto('/#/household/rooms');
    await office.page.getByRole('button', { name: 'Pair a monitor with room 101' }).click();
    await office.page.getByText(/Valid for/).waitFor();
    await clean(office, 'pairing');
    await office.page.goto('/#/access/cards');
    await office.page.getByRole('button', { name: 'Issue a card' }).first().click();
    await office.page.getByRole('dialog').getByLabel('Room').fill('101');
    await clean(office, 'a card to be issued');
    await office.page.keyboard.press('Enter');
    await office.page.getByRole('timer').waitFor();
    await clean(office, 'a card awaited');
    await station.expect('POST', '/twins/reader', { action: `card:04A1${width}` });
    await office.page.getByText(/is issued for room 101/).waitFor();
    await clean(office, 'a card issued');
    await office.page.keyboard.press('Enter');
    await office.page.getByRole('row').first().waitFor();
    await clean(office, 'a list of cards');
  });

test('monitor and panel, from pairing to the call and its end', async ({ browser }) => {
  await ready();
  const hall = await device(browser, { width: 390, height: 844 });
  const panel = await device(browser, { width: 768, height: 1024 });
  for (const [which, path] of [[hall, '/monitor'], [panel, '/panel']] as const) {
    await which.page.goto(path);
    await which.page.getByLabel('Short code').waitFor();
    await clean(which, `${path}: pairing`);
  }
  await hall.page.getByLabel('Short code').fill('WRONG1');
  await hall.page.getByRole('button', { name: 'Pair', exact: true }).click();
  await hall.page.getByText(/pairing code/).waitFor();
  await clean(hall, 'monitor: a wrong code');

  await pairPanel(panel, station);
  await clean(panel, 'panel: idle');
  await station.expect('POST', '/cards/issue', { room: '101' });
  await panel.page.locator('[data-reader="awaiting"]').waitFor();
  await clean(panel, 'panel: a card awaited');
  await station.expect('DELETE', '/cards/issue');
  await station.expect('POST', '/twins/reader', { action: 'card:DEADBEEF' });
  await panel.page.locator('[data-reader="refused"]').waitFor();
  await clean(panel, 'panel: a card refused');
  await pairMonitor(hall, station, '101');
  await clean(hall, 'monitor: to be armed');
  await arm(hall);
  await clean(hall, 'monitor: at rest');
  await dial(panel.page, '1', '0', '2', 'call');
  await panel.page.locator('[data-panel="error"]').waitFor();
  await clean(panel, 'panel: nobody available');

  await dial(panel.page, 'hangup', '1', '0', '1', 'call');
  await phase(hall.page, 'ringing');
  await hall.page.locator('[data-state="live"]').waitFor();
  await Promise.all([clean(hall, 'monitor: ringing'), clean(panel, 'panel: calling')]);
  await hall.page.getByRole('button', { name: 'Answer', exact: true }).click();
  await phase(hall.page, 'talking');
  await hall.page.getByRole('button', { name: 'Keypad' }).click();
  await hall.page.locator('[data-door="1"]').click();
  await panel.page.locator('[data-light="unlock"][data-on="true"]').waitFor();
  await Promise.all([clean(hall, 'monitor: talking, door open'), clean(panel, 'panel: talking, door open')]);
  await hall.page.getByRole('button', { name: 'Hang up', exact: true }).click();
  await phase(hall.page, 'ended');
  await clean(hall, 'monitor: ended');
});
