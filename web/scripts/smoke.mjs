// Walks through the console as an installer would, against the mock station: npm run build && npm run smoke
import { spawn } from 'node:child_process';
import { chromium } from 'playwright-core';

const PORT = 5194;
const station = spawn(process.execPath, ['mock/server.mjs'], { env: { ...process.env, MOCK_PORT: String(PORT), MOCK_FRESH: '1', MOCK_DIST: 'dist' }, stdio: ['ignore', 'pipe', 'inherit'] });
await new Promise((resolve) => station.stdout.once('data', resolve));
const browser = await chromium.launch({ executablePath: process.env.LINTEL_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
const context = await browser.newContext({ serviceWorkers: 'block', locale: 'en', viewport: { width: 1280, height: 900 } });
const page = await context.newPage();
page.setDefaultTimeout(15_000);
const faults = [];
page.on('pageerror', (error) => faults.push(error.message));
page.on('console', (message) => /Content Security Policy/.test(message.text()) && faults.push(message.text()));
const press = (name, options = {}) => page.getByRole('button', { name, exact: true, ...options }).click();
const fill = (label, text) => page.getByLabel(label, { exact: true }).fill(text);
// A page with something unsaved says so after its name.
const open = (name) => page.getByRole('navigation').getByRole('link', { name: new RegExp(`^${name}( not saved)?$`) }).click();
const seen = (text) => page.getByText(text).first().waitFor();

try {
  await page.goto(`http://127.0.0.1:${PORT}/`);
  await fill('One-time code', 'nonsense');
  await fill('Password of the account admin', 'Wren-Cedar-84');
  await fill('The same password again', 'Wren-Cedar-84');
  await fill('E-mail address', 'me@example.org');
  await press('Set up the station');
  await seen('This is not the code that the station printed.');
  await fill('One-time code', '123456');
  await press('Set up the station');
  await seen('What is this station called?');
  await press('Later');
  await seen('Needs attention');

  await open('Rooms');
  await press('Add a room', { exact: true });
  await fill('Number', 'too-long');
  await page.getByLabel('Number', { exact: true }).fill('9!');
  await press('Add');
  await seen('Number: at most six letters or digits.');
  await fill('Number', '901');
  await press('Add');
  await seen('Room 901 was added.');
  await press('Add many');
  await press('Add the rooms');
  await seen('were left out');
  await press('Done');
  await press('Delete all…');
  await fill('Your password', 'Wren-Cedar-84');
  await press('Delete all');
  await seen('No rooms yet');

  await open('Monitors');
  await press('Change Hall tablet');
  await page.getByLabel('Garden gate').uncheck();
  await press('Save');
  await seen('Saved.');
  await press('Add a SIP phone');
  await fill('Room', '101');
  await press('Make the account');
  await seen('h7Kq-29Xw-mB4t');
  await press('I have noted the password');

  await open('Codes');
  await press('Add a code');
  await fill('Name', 'Gardener');
  await fill('Code', '12');
  await press('Add');
  await seen('Code: four to twelve digits.');
  await fill('Code', '2580');
  await press('Add');
  await seen('The code was added.');
  await page.getByRole('cell', { name: 'Gardener', exact: true }).waitFor();

  await open('Doors');
  await press('Unlock Front door');
  await page.getByRole('main').getByText('Open', { exact: true }).waitFor();
  await page.getByRole('main').getByText('Locked', { exact: true }).nth(1).waitFor();

  await open('Call features');
  await fill('Ring for', '60');
  await open('Journal');
  await seen('Front door was opened by admin.');
  await open('Call features');
  await seen('Ring for: 30 → 60');
  await press('Save');
  await seen('Everything is saved.');

  await open('Machine accounts');
  await press('Add an account');
  await fill('Name', 'hub');
  await press('Make the account');
  await seen('v3R7-qq1Z-88xk');
  await press('I have noted the secret');

  await page.keyboard.press('Control+k');
  await page.keyboard.type('bit rate');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.dataset.setting === 'video.main.kbps');

  await context.clearCookies();
  await open('Stations');
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await fill('Password', 'wrong');
  await press('Log in');
  await seen('Account or password is not right.');
  if (faults.length) throw new Error(faults.join('\n'));
  console.log('set-up, rooms, monitors, codes, doors, settings, search, lost session: all walk');
} catch (error) {
  await page.screenshot({ path: 'build/smoke.png' });
  throw error;
} finally {
  await browser.close();
  station.kill();
}
