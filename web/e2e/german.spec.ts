// Every word in the language of the browser, also those that come from the station itself (issue: every string translatable).
import { expect, test } from '@playwright/test';

import { display, newDevice, pairPanel, type Device } from './pages.ts';
import { adminPassword, Station } from './station.ts';

let station: Station;
let office: Device;

test.beforeAll(async ({ browser }) => {
  station = await Station.start();
  await station.setUp([]);
  office = await newDevice(browser, station, { language: 'de' });
  const { page } = office;
  await page.goto('/');
  await page.getByLabel('Passwort', { exact: true }).fill('Wren-Cedar-85');
  await page.getByRole('button', { name: 'Anmelden' }).click();
  await expect(page.getByText('Konto oder Passwort ist falsch.')).toBeVisible();
  await page.getByLabel('Passwort', { exact: true }).fill(adminPassword);
  await page.getByRole('button', { name: 'Anmelden' }).click();
  await expect(page.getByRole('heading', { name: 'Übersicht' })).toBeVisible();
});

test.afterAll(async () => {
  expect(office?.faults).toEqual([]);
  await office?.context.close();
  await station?.stop();
});

test('the overview says in German what needs attention', async () => {
  const { attention } = await station.expect('GET', '/overview');
  expect(attention.map((one: any) => one.id)).toContain('rooms');
  await expect(office.page.getByText('Es gibt noch keine Räume: niemand kann gerufen werden.')).toBeVisible();
  for (const one of attention) await expect(office.page.getByText(one.message)).toHaveCount(0);
});

test('N09: the overview says in German what the camera is and why it is lost', async () => {
  const { page } = office;
  await page.goto('/#/');
  await expect(page.getByText(/Die Kamera \(Testbild\)/).first()).toBeVisible();
  await station.expect('POST', '/twins/camera', { action: 'unplug' });
  await expect(page.getByText(/Die Kamera \(Testbild\) ist ausgefallen: sie wurde abgezogen\./).first()).toBeVisible();
  await station.expect('POST', '/twins/camera', { action: 'plug' });
});

test('no settings page shows a title, help or choice in English', async () => {
  const { page } = office;
  const { pages, settings } = await station.expect('GET', '/settings/schema');
  for (const one of pages) {
    await page.goto(`/#/settings/${one.id}`);
    const mine = settings.filter((setting: any) => setting.page === one.id);
    await expect(page.locator('main form')).toBeVisible();
    await expect(page.getByRole('heading', { level: 1 })).not.toHaveText(/^$/);
    // What shows only with a GPIO line is looked at too; nothing of it is saved.
    const lines = page.locator('main form select').filter({ has: page.locator('option[value=gpio]') });
    for (const line of await lines.all()) await line.selectOption('gpio');
    const text = await page.locator('main').innerText();
    const hints = mine.map((setting: any) => setting.pattern_hint).filter(Boolean);
    for (const sentence of [one.help, ...hints, ...mine.map((setting: any) => setting.help)]) expect(text, one.id).not.toContain(sentence);
    if (await lines.count()) await page.getByRole('button', { name: 'Verwerfen' }).click();
  }
});

test('a refused value is explained in German', async () => {
  const { page } = office;
  await page.goto('/#/settings/call');
  await page.getByLabel('Längstes Klingeln').fill('9000');
  await page.getByRole('button', { name: 'Speichern' }).click();
  await expect(page.getByText('Längstes Klingeln muss eine ganze Zahl sein, 5 bis 300 Sekunden.')).toBeVisible();
  await page.getByRole('button', { name: 'Verwerfen' }).click();
});

test('N09: the journal tells in German, and finds German words', async () => {
  const { page } = office;
  await station.press('9', '9', '9', 'call');
  await station.expect('POST', '/locks/1/unlock');
  const entries = await station.waitFor('the lock closed', async () => {
    const all = await station.journal();
    return all.some((entry) => entry.event === 'access.locked') && all;
  });
  await page.goto('/#/journal');
  const feed = page.getByRole('feed');
  await expect(feed.getByText('Front door ist wieder verriegelt.').first()).toBeVisible();
  for (const entry of entries) await expect(feed.getByText(entry.message, { exact: true }), entry.event).toHaveCount(0);
  await page.getByRole('searchbox').last().fill('ist wieder verriegelt');
  await expect(feed.getByText('Front door ist wieder verriegelt.').first()).toBeVisible();
  await expect(feed.getByText(/999/)).toHaveCount(0);
});

test('the panel speaks the language of the station, whatever its browser does', async ({ browser }) => {
  const own = await newDevice(browser, station, { width: 768, height: 1024 });
  await pairPanel(own, station);
  await expect(display(own.page)).toContainText('Dial a room');
  await station.expect('PATCH', '/settings', { 'station.language': 'de' });
  await own.page.reload();
  await expect(display(own.page)).toContainText('wählen');
  await expect(own.page.locator('html')).toHaveAttribute('lang', 'de');
  await own.context.close();
  await station.expect('PATCH', '/settings', { 'station.language': 'browser' });
});
