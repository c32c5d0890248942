// The console in a browser, as an installer meets it: first start, login, rooms, settings, journal.
import { expect, test, type Page } from '@playwright/test';

import { newDevice, type Device } from './pages.ts';
import { adminPassword, Station } from './station.ts';

test.describe.configure({ mode: 'serial' });

let station: Station;
let office: Device;
let page: Page;

const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const field = (label: string) => page.getByLabel(label, { exact: true });
const open = (name: string) => page.getByRole('navigation').getByRole('link', { name: new RegExp(`^${name}( not saved)?$`) }).click();
const saysAt = async (label: string, words: string | RegExp) => {
  await expect(field(label)).toHaveAttribute('aria-invalid', 'true');
  const described = (await field(label).getAttribute('aria-describedby'))!.split(' ').find((id) => id.endsWith('-error'))!;
  await expect(page.locator(`[id="${described}"]`)).toContainText(words);
};

test.beforeAll(async ({ browser }) => {
  station = await Station.start();
  office = await newDevice(browser, station);
  page = office.page;
  await page.goto('/');
});

test.afterEach(() => {
  expect(office.faults.splice(0)).toEqual([]);
});

test.afterAll(async () => {
  await office?.context.close();
  await station?.stop();
});

test('S01 S02 H02: the one-time code, the rules for the password, e-mail, then name and number', async () => {
  await field('One-time code').fill('00000000');
  await field('Password of the account admin').fill(adminPassword);
  await field('The same password again').fill(adminPassword);
  await field('E-mail address').fill('owner@example.org');
  await press('Set up the station');
  await saysAt('One-time code', /code/i);
  await expect(field('Password of the account admin'), 'what was typed stays').toHaveValue(adminPassword);

  await field('One-time code').fill(station.oneTimeCode);
  for (const [password, words] of [['short1', /8/], ['nimda-Wren-84', /user name/], ['Wren-Cedar-123', /run/]] as const) {
    await field('Password of the account admin').fill(password);
    await field('The same password again').fill(password);
    await press('Set up the station');
    await saysAt('Password of the account admin', words);
  }
  await field('Password of the account admin').fill(adminPassword);
  await press('Set up the station');
  await saysAt('The same password again', /same|repeat|differ|match/i);
  await field('The same password again').fill(adminPassword);
  await field('E-mail address').fill('owner');
  await press('Set up the station');
  await saysAt('E-mail address', /mail|address/i);
  await field('E-mail address').fill('owner@example.org');
  await press('Set up the station');

  await expect(page.getByRole('heading', { name: 'What is this station called?' })).toBeVisible();
  await field('Name').fill('North gate');
  await field('Number').fill('12ab');
  await press('Save and open the console');
  await saysAt('Number', /digit/i);
  await field('Number').fill('8005');
  await press('Save and open the console');
  await expect(page.getByText('North gate 8005')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Needs attention' })).toBeVisible();
});

test('S02 S04: a wrong password is said, the right one lets in', async () => {
  await page.getByRole('button', { name: /^Log out/ }).click();
  await field('Password').fill('Wren-Cedar-85');
  await press('Log in');
  await expect(page.getByText(/password is not right|wrong/i)).toBeVisible();
  await field('Password').fill(adminPassword);
  await press('Log in');
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
  await station.logIn();
  const events = (await station.journal()).map((entry) => entry.event);
  expect(events, 'the station took its leave under the number it had before, which is no guessing').not.toContain('sip.registration_refused');
});

test('H03 H05: rooms one by one and in batch; a bad number is refused beside its field', async () => {
  await open('Rooms');
  await press('Add a room');
  await field('Number').fill('1 0!');
  await press('Add');
  await saysAt('Number', /letters|digits/);
  await expect(field('Number')).toHaveValue('1 0!');
  await field('Number').fill('101');
  await field('Last name').fill('Lindqvist');
  await press('Add');
  await expect(page.getByText('Room 101 was added.')).toBeVisible();
  await expect(page.getByRole('cell', { name: 'Lindqvist' })).toBeVisible();
  await press('Add a room');
  await field('Number').fill('101');
  await press('Add');
  await saysAt('Number', /101|already|taken|exists/i);
  await press('Cancel');

  await press('Add many');
  await field('Floors').fill('2');
  await field('Rooms on a floor').fill('3');
  await expect(page.getByText('101, 102, 103, 201, 202, 203')).toBeVisible();
  await press('Add the rooms');
  await expect(page.getByText('5 were added, 1 was left out')).toBeVisible();
  await press('Done');
  for (const number of ['102', '103', '201', '202', '203']) await expect(page.getByRole('cell', { name: number, exact: true })).toBeVisible();
  expect((await station.expect('GET', '/rooms')).total).toBe(6);
});

test('a monitor that came while another page was open is on the overview', async () => {
  await open('Overview');
  await expect(page.getByText('Nothing rings yet')).toBeVisible();
  await open('Rooms');
  const phone = await station.addPhone('101');
  await open('Overview');
  await expect(page.getByRole('listitem').filter({ hasText: phone.user })).toBeVisible();
  await open('Rooms');
  await station.expect('POST', '/locks/1/unlock');
  await open('Overview');
  await expect(page.getByText('Open', { exact: true }).first(), 'nor is a door that opened meanwhile said to be locked').toBeVisible({ timeout: 2_000 });
});

test('S21: a settings page saves what changed; a refused value is said beside its field and nothing typed is lost', async () => {
  const schema = await station.expect('GET', '/settings/schema');
  const ring = schema.settings.find((one: any) => one.key === 'call.longest_ring');
  const pageOf = schema.pages.find((one: any) => one.id === ring.page);
  await page.goto(`/#/settings/${pageOf.id}`);
  await field(ring.title).fill(String(ring.maximum + 1));
  await press('Save');
  await saysAt(ring.title, new RegExp(String(ring.maximum)));
  await expect(field(ring.title)).toHaveValue(String(ring.maximum + 1));
  expect((await station.expect('GET', '/settings')).values[ring.key], 'nothing was written').toBe(ring.default);

  await open('Journal');
  await page.goBack();
  await expect(field(ring.title), 'typed input outlives leaving the page').toHaveValue(String(ring.maximum + 1));
  await field(ring.title).fill(String(ring.minimum));
  await press('Save');
  await expect(page.getByText('Everything is saved.')).toBeVisible();
  expect((await station.expect('GET', '/settings')).values[ring.key]).toBe(ring.minimum);
});

test('L01: the journal shows entries as they happen, and finds them', async () => {
  await open('Journal');
  await expect(page.getByText('Live', { exact: true }).last()).toBeVisible();
  await station.expect('POST', '/locks/1/unlock');
  await expect(page.getByRole('feed').getByText(/Front door/).first()).toBeVisible();
  await station.press('9', '9', '9', 'call');
  await expect(page.getByRole('feed').getByText(/999/).first()).toBeVisible();
  await page.reload();
  await expect(page.getByRole('feed').getByText(/999/).first()).toBeVisible();
});

for (const width of [360, 768, 1440])
  test(`the pages fit a window of ${width}`, async () => {
    await page.setViewportSize({ width, height: width === 360 ? 780 : width === 768 ? 1024 : 900 });
    for (const path of ['/', '/live', '/journal', '/household/rooms', '/household/monitors', '/access/doors', '/settings/station', '/system/certificate']) {
      await page.goto(`/#${path}`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${path} needs no sideways scrolling`).toBe(true);
      if (process.env.LINTEL_SHOTS) {
        await page.waitForTimeout(800);
        await page.screenshot({ path: `${process.env.LINTEL_SHOTS}/console${path.replaceAll('/', '-')}-${width}.png` });
      }
    }
    // A window that is made narrower again must not keep what was drawn for the wider one.
    await page.goto('/#/');
    await expect(page.getByText('Today by the hour').first()).toBeVisible();
    await page.setViewportSize({ width: Math.max(320, Math.round(width * 0.7)), height: 800 });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), { message: 'made narrower' }).toBeLessThanOrEqual(0);
  });

for (const width of [390, 1280])
  test(`A10: at ${width} the codes say whose they are: name and room`, async () => {
    if (width === 390) await station.expect('POST', '/codes', { name: 'Cleaner', code: '60415937', room: '101', locks: [1] });
    await page.setViewportSize({ width, height: 844 });
    await page.goto('/#/access/codes');
    const row = page.getByRole('row').filter({ hasText: 'Cleaner' });
    await expect(row.getByText('101').filter({ visible: true })).toHaveCount(1);
    if (process.env.LINTEL_SHOTS) await page.screenshot({ path: `${process.env.LINTEL_SHOTS}/codes-${width}.png` });
  });
