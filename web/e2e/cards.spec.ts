// Cards of a room, from the reader to the open door: issued, lost, found, issued by a main card, deleted.
import { expect, test } from '@playwright/test';

import { display, light, newDevice, pairPanel, type Device } from './pages.ts';
import { adminPassword, Station } from './station.ts';

let station: Station;
let office: Device;
let panel: Device;

const cardA = '04A1B2C3';
const cardB = '04D4E5F6';
const tap = (number: string) => station.expect('POST', '/twins/reader', { action: `card:${number}` });
const shows = (words: string | RegExp) => expect(display(panel.page)).toContainText(words, { timeout: 15_000 });
const reader = (state: string) => expect(panel.page.locator('[data-reader]')).toHaveAttribute('data-reader', state, { timeout: 15_000 });
const idle = () => expect(panel.page.locator('[data-panel="idle"]')).toBeVisible({ timeout: 20_000 });
const row = (name: string, at = office) => at.page.getByRole('row', { name: new RegExp(name) });
const last = async (event: string) => (await station.waitForEvent(event)) as { subject: string; room: string; message: string };

test.beforeAll(async ({ browser }) => {
  station = await Station.start();
  await station.setUp(['101', '102']);
  await station.expect('PATCH', '/settings', { 'lock1.interval': 0, 'lock1.period': 2 });
  office = await newDevice(browser, station);
  await office.context.request.post('/api/v1/login', { data: { account: 'admin', password: adminPassword } });
  panel = await newDevice(browser, station, { width: 768, height: 1024, touch: true });
  await pairPanel(panel, station);
});

test.afterEach(async () => {
  expect(panel.faults.splice(0)).toEqual([]);
  expect(office.faults.splice(0)).toEqual([]);
});

test.afterAll(async () => {
  await office?.context.close();
  await panel?.context.close();
  await station?.stop();
});

test('A21: an unknown card is refused in words and light, and journalled without its number', async () => {
  await reader('ready');
  await tap(cardA);
  await shows('This card is not known');
  await reader('refused');
  expect((await station.lock()).state).toBe('locked');
  expect((await last('access.unknown_card')).message).toContain('…B2C3');
  expect(JSON.stringify(await station.journal()), 'the number is nowhere in the journal').not.toContain('04A1');
  await idle();
  await reader('ready');
});

test('H06: a card is issued within the countdown by the keyboard alone, and opens the door', async () => {
  const { page } = office;
  await page.goto('/#/access/cards');
  await page.getByRole('button', { name: 'Issue a card' }).first().focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Issue a card' });
  await page.keyboard.type('999');
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('There is no such room.')).toBeVisible();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('101');
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('Hold the new card of room 101 to the reader now')).toBeVisible();
  await expect(dialog.getByRole('timer')).toHaveText(/^0:[0-3]\d$/);
  await shows('Hold the new card of room 101 to the reader');
  await reader('awaiting');
  await expect(panel.page.locator('[data-reader]')).toContainText(/0:[0-3]\d/);
  expect((await station.call('POST', '/cards/issue', { room: '102' })).status, 'one at a time').toBe(409);

  await tap(cardA);
  await expect(dialog.getByText('Card …B2C3 is issued for room 101')).toBeVisible();
  await shows('The card is issued');
  await reader('accepted');
  await page.keyboard.type('Ann');
  await page.keyboard.press('Enter');
  await expect(row('Ann')).toContainText('101');
  expect((await station.lock()).state, 'to be issued is not to open').toBe('locked');
  await idle();

  await tap(cardA);
  await light(panel.page, 'unlock', true);
  await shows('The door is open');
  await reader('accepted');
  expect(await last('access.unlocked')).toMatchObject({ subject: 'Ann', room: '101' });
  await light(panel.page, 'unlock', false);
  await idle();
});

test('H06: a known card is said to be known, the time runs on, and can be cancelled', async () => {
  const { page } = office;
  await page.getByRole('button', { name: 'Issue a card' }).click();
  const dialog = page.getByRole('dialog', { name: 'Issue a card' });
  await dialog.getByLabel('Room').fill('102');
  await dialog.getByRole('button', { name: 'Start' }).click();
  await expect(dialog.getByRole('timer')).toBeVisible();
  await tap(cardA);
  await expect(dialog.getByText('It is Ann of room 101.')).toBeVisible();
  await light(panel.page, 'unlock', true);
  await light(panel.page, 'unlock', false);
  await reader('awaiting');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await shows('No card is issued now');
  await reader('ready');
  expect((await station.expect('GET', '/cards/issue')).state).toBe('cancelled');
});

test('H06: nobody holds a card in time: the dialog says so and begins again', async () => {
  const { page } = office;
  await station.expect('PATCH', '/settings', { 'reader.wait': 5 });
  await page.getByRole('button', { name: 'Issue a card' }).click();
  const dialog = page.getByRole('dialog', { name: 'Issue a card' });
  await dialog.getByLabel('Room').fill('101');
  await dialog.getByRole('button', { name: 'Start' }).click();
  await expect(dialog.getByText('No card was held in time')).toBeVisible({ timeout: 10_000 });
  await shows('No card was held in time');
  await expect(dialog.getByLabel('Room')).toHaveValue('101');
  await station.expect('PATCH', '/settings', { 'reader.wait': 30 });
  await dialog.getByRole('button', { name: 'Start again' }).click();
  await expect(dialog.getByRole('timer')).toBeVisible();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await idle();
});

test("H06: a dialog whose time is over leaves somebody else's issue alone", async () => {
  const { page } = office;
  await station.expect('PATCH', '/settings', { 'reader.wait': 5 });
  await page.getByRole('button', { name: 'Issue a card' }).click();
  const dialog = page.getByRole('dialog', { name: 'Issue a card' });
  await dialog.getByLabel('Room').fill('101');
  await dialog.getByRole('button', { name: 'Start' }).click();
  await expect(dialog.getByText('No card was held in time')).toBeVisible({ timeout: 10_000 });
  await station.expect('PATCH', '/settings', { 'reader.wait': 30 });
  await station.expect('POST', '/cards/issue', { room: '102' });
  await shows('Hold the new card of room 102 to the reader');
  await expect(dialog.getByText('No card was held in time')).toHaveCount(0);
  await expect(dialog.getByLabel('Room')).toHaveValue('101');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('A new card of room 102 is awaited at the reader')).toBeVisible();
  expect((await station.expect('GET', '/cards/issue')).state).toBe('awaited');
  await station.expect('DELETE', '/cards/issue');
  await idle();
});

test('H06: a lost card is refused and journalled; found, it opens again', async () => {
  const { page } = office;
  await page.getByRole('button', { name: 'Set Ann lost' }).click();
  await expect(row('Ann')).toContainText('Lost');
  expect(await last('operation.card_lost')).toMatchObject({ subject: 'admin', room: '101' });
  await tap(cardA);
  await shows('This card was reported lost');
  await reader('refused');
  expect((await station.lock()).state).toBe('locked');
  expect(await last('access.lost_card')).toMatchObject({ subject: 'Ann', room: '101' });

  await page.getByRole('button', { name: 'Set Ann found' }).click();
  await expect(row('Ann')).toContainText('Active');
  await last('operation.card_found');
  await tap(cardA);
  await light(panel.page, 'unlock', true);
  await light(panel.page, 'unlock', false);
  await idle();
});

test('H06: a main card opens nothing, issues another at the station itself, and held twice takes it back', async () => {
  const { page } = office;
  await page.getByRole('button', { name: 'Change Ann' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change Ann' });
  await dialog.getByLabel('Main card').check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(row('Ann')).toContainText('Main card');

  await tap(cardA);
  await shows('Hold the new card of room 101 to the reader');
  await reader('awaiting');
  expect((await station.lock()).state).toBe('locked');
  await expect(page.getByText('A new card of room 101 is awaited at the reader')).toBeVisible();
  await expect(page.getByText(/Asked for by Ann/)).toBeVisible();
  await tap(cardA);
  await shows('No card is issued now');
  await tap(cardB);
  await shows('This card is not known');

  await tap(cardA);
  await tap(cardB);
  await shows('The card is issued');
  await expect(row('…E5F6')).toHaveCount(1);
  expect(await last('access.main_card')).toMatchObject({ subject: 'Ann', room: '101' });
  expect((await station.journal()).find((entry) => entry.event === 'operation.card_issued')).toMatchObject({ subject: 'Ann', room: '101' });
  await tap(cardB);
  await light(panel.page, 'unlock', true);
  await light(panel.page, 'unlock', false);
  await idle();
});

test('H06: a main card that is set lost while the seconds run issues nothing more, nor does a room that is gone', async () => {
  const { id } = (await station.expect('GET', '/cards?text=Ann')).items[0];
  await tap(cardA);
  await reader('awaiting');
  await station.expect('PATCH', `/cards/${id}`, { lost: true });
  await shows('No card is issued now');
  await tap('0477AA10');
  await shows('This card is not known');
  await station.expect('PATCH', `/cards/${id}`, { lost: false });

  await station.expect('POST', '/rooms', { number: '103' });
  await station.expect('POST', '/cards/issue', { room: '103' });
  await station.expect('DELETE', '/rooms/103');
  expect((await station.expect('GET', '/cards/issue')).state).toBe('cancelled');
  await shows('No card is issued now');
  await idle();
});

test('H06: a deleted card is unknown, and may be issued anew', async () => {
  const { page } = office;
  await page.getByRole('button', { name: 'Delete …E5F6' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(row('…E5F6')).toHaveCount(0);
  await last('operation.card_removed');
  await tap(cardB);
  await shows('This card is not known');
  await station.expect('POST', '/cards/issue', { room: '102' });
  await tap(cardB);
  await expect(row('…E5F6')).toContainText('102');
  await idle();
});

test('A08: a card opens only the lock that local methods open', async () => {
  await station.expect('PATCH', '/settings', { 'access.local_lock': '2' });
  await tap(cardB);
  await shows('This card does not open this door');
  expect((await last('access.refused')).subject).toBe('…E5F6');
  await station.expect('PATCH', '/settings', { 'access.local_lock': '1' });
  await tap(cardB);
  await light(panel.page, 'unlock', true);
  await light(panel.page, 'unlock', false);
  await idle();
});

test('A25: a locked keypad stops no card, and no flood of unknown cards stops a known one', async () => {
  for (let i = 0; i < 5; ++i) await station.press('#', '1', '1', '1', '1', '#');
  await station.waitForEvent('access.keypad_locked');
  for (let i = 0; i < 12; ++i) await tap('DEADBEEF');
  await station.waitForEvent('access.reader_flooded');
  await shows(/Too many unknown cards. Wait \d+ seconds?/);
  // One card a second is looked at meanwhile.
  await station.waitFor('the known card to open', async () => {
    await tap(cardB);
    return (await station.lock()).state !== 'locked';
  });
  await light(panel.page, 'unlock', true);
  await light(panel.page, 'unlock', false);
});

test('A22: the administrator taps twin cards in the console and at the panel; a mere panel may not', async () => {
  await station.call('POST', '/cards', { number: cardB, room: '101' });
  const account = await panel.page.evaluate(() => JSON.parse(localStorage.getItem('lintel.device.panel')!));
  const login = await panel.context.request.post('/api/v1/login', { data: { account: account.account, password: account.password } });
  const headers = { 'X-Lintel-CSRF': (await login.json()).csrf };
  const refused = await panel.context.request.post('/api/v1/twins/reader', { headers, data: { action: `card:${cardB}` } });
  expect(refused.status()).toBe(403);
  expect((await station.lock()).state).toBe('locked');
  await expect(panel.page.getByTestId('tap-card')).toHaveCount(0);

  const { page } = office;
  await page.goto('/#/panel/hardware');
  const twin = page.getByRole('listitem').filter({ has: page.getByTestId('tap-card') });
  await twin.getByRole('button', { name: 'Card B' }).click();
  await station.waitFor('the lock', async () => (await station.lock()).state === 'unlocked');
  await expect(twin).toContainText('Accepted');
  await twin.getByLabel('Number of another card').fill('zz');
  await twin.getByRole('button', { name: 'Hold it' }).click();
  await expect(page.getByText('A card is 6 to 64 hexadecimal digits.')).toBeVisible();
  await station.waitFor('the lock', async () => (await station.lock()).state === 'locked');

  await page.goto('/panel');
  await expect(page.locator('[data-reader]')).toBeVisible();
  await page.getByTestId('tap-card').getByRole('button', { name: 'Card B' }).click();
  await light(page, 'unlock', true);
  await expect(page.locator('[data-reader]')).toHaveAttribute('data-reader', 'accepted');
  await light(page, 'unlock', false);
});

test('H06: no card is awaited for a room that has as many as it can have', async () => {
  const full = await station.expect('POST', '/rooms', { number: '199' });
  for (let card = 0; card < 100; ++card)
    await station.expect('POST', '/cards', { number: `F0${card.toString(16).padStart(6, '0')}`, room: full.number });
  const refused = await station.call('POST', '/cards/issue', { room: full.number });
  expect(refused.status).toBe(503);
  expect(refused.body.error.message).toContain('as many cards as a room can have');
  expect((await station.expect('GET', '/cards/issue')).state).not.toBe('awaited');

  const [card] = (await station.expect('GET', `/cards?room=${full.number}`)).items;
  await station.expect('PATCH', `/cards/${card.id}`, { main: true });
  await idle();
  await tap('F0000000');
  await shows('This room has as many cards as it can have');
  expect((await station.expect('GET', '/cards/issue')).state, 'nobody has to hold a new one first').not.toBe('awaited');
  await idle();
});

test('A22: a station without a reader draws none, plays none and awaits no card', async () => {
  await station.expect('PATCH', '/settings', { 'reader.device': 'none' });
  await expect(panel.page.locator('[data-reader]')).toHaveCount(0);
  expect((await station.call('POST', '/twins/reader', { action: `card:${cardB}` })).status).toBe(409);
  const refused = await station.call('POST', '/cards/issue', { room: '101' });
  expect(refused.status).toBe(503);
  expect(refused.body.error.message).toContain('There is no card reader');
  expect((await station.expect('GET', '/twins')).items.map((twin: any) => twin.name)).not.toContain('reader');
  await station.expect('PATCH', '/settings', { 'reader.device': 'twin' });
  await reader('ready');
});

for (const [width, language] of [[1280, 'en'], [390, 'de']] as const)
  test(`cards and reader fit ${width} wide, in ${language}`, async ({ browser }) => {
    const device = await newDevice(browser, station, { width, height: 844, language });
    await device.context.request.post('/api/v1/login', { data: { account: 'admin', password: adminPassword } });
    const narrow = () => expect.poll(() => device.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
    await station.call('POST', '/cards', { number: '04AAAAAA', room: '101', name: 'Maximiliane von und zu Hohenstein', main: true });
    await device.page.goto('/#/access/cards');
    await expect(row('Maximiliane', device)).toBeVisible();
    await narrow();
    await device.page.getByRole('button', { name: language === 'de' ? 'Karte ausstellen' : 'Issue a card' }).click();
    const whose = device.page.getByRole('dialog').getByLabel(language === 'de' ? 'Raum' : 'Room');
    await whose.fill('101');
    await whose.press('Enter'); // on the field: a dialog that is slow to open may take the focus once more
    await expect(device.page.getByRole('timer')).toBeVisible();
    await narrow();
    await device.page.getByRole('dialog').getByRole('button', { name: language === 'de' ? 'Abbrechen' : 'Cancel' }).click();
    await device.page.goto('/panel');
    const ring = device.page.locator('[data-reader]');
    await expect(ring).toContainText(language === 'de' ? 'Karte hier vorhalten' : 'Hold your card here');
    await narrow();
    await device.page.emulateMedia({ reducedMotion: 'reduce' });
    await station.expect('POST', '/cards/issue', { room: '101' });
    await expect(ring).toHaveAttribute('data-reader', 'awaiting');
    expect(await ring.locator('span').first().evaluate((one) => getComputedStyle(one).animationIterationCount)).toBe('1');
    await station.expect('DELETE', '/cards/issue');
    expect(device.faults).toEqual([]);
    await device.context.close();
  });
