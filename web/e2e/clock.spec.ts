// The time of day jumps, as it does when a clock without a battery hears from NTP, or a person sets it: calls, locks,
// registrations and sessions live by the clock that never jumps. libfaketime moves the station's wall clock, and only it.
import { expect, test } from '@playwright/test';

import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { Phone } from './baresip.ts';
import { Station } from './station.ts';

const folder = mkdtempSync(join(tmpdir(), 'lintel-clock-'));
const offset = join(folder, 'offset');
const libraries = '/usr/lib/x86_64-linux-gnu/faketime:/usr/lib/aarch64-linux-gnu/faketime';

// What the station's clock says beside this machine's, from now on.
function jump(by: string): void {
  writeFileSync(`${offset}.new`, by);
  renameSync(`${offset}.new`, offset);
}

let station: Station;
let phone: Phone | undefined;

test.beforeAll(async () => {
  jump('+0');
  station = await Station.start([], undefined, {
    LD_PRELOAD: 'libfaketimeMT.so.1', LD_LIBRARY_PATH: libraries,
    FAKETIME_TIMESTAMP_FILE: offset, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1',
  });
  await station.setUp(['101']);
  await station.expect('PATCH', '/settings', { 'lock1.period': 3 });
});

test.afterAll(async () => {
  await phone?.stop();
  await station?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const hoursAhead = async () => {
  const newest = (await station.journal())[0];
  return Math.round((Date.parse(newest.time) - Date.now()) / 3_600_000);
};

test('an hour and a day forth and back: the call goes on, the lock closes in its time, nobody is logged out', async () => {
  const account = await station.addPhone('101');
  phone = await Phone.start({ user: account.user, password: account.password, port: station.ports.sip });
  await station.waitForEvent('monitor.registered');
  await station.press('1', '0', '1', 'call');
  await phone.waitFor('CALL_INCOMING');
  jump('+1h');
  await new Promise((done) => setTimeout(done, 1500));
  expect((await station.expect('GET', '/calls')).items[0].state, 'it rings on').toBe('ringing');
  phone.answer();
  await station.waitForEvent('call.answered');
  expect(await hoursAhead(), 'the clock did jump').toBe(1);
  jump('+25h');
  await new Promise((done) => setTimeout(done, 1500));
  expect((await station.expect('GET', '/calls')).items[0].state, 'it talks on').toBe('talking');

  phone.digit('#');
  await station.waitFor('the open lock', async () => (await station.lock()).state === 'unlocked');
  await station.waitForEvent('access.unlocked'); // the door is first, the journal behind it
  expect(await hoursAhead()).toBe(25);
  jump('-24h');
  await new Promise((done) => setTimeout(done, 1000));
  expect((await station.lock()).state, 'open for its time, neither cut short').toBe('unlocked');
  await station.waitFor('the lock to close, nor held open', async () => (await station.lock()).state === 'locked', 6000);
  await station.waitForEvent('access.locked');
  expect(await hoursAhead()).toBe(-24);

  phone.hangUp();
  await station.waitForEvent('call.ended');
  const monitor = (await station.expect('GET', '/monitors?room=101')).items[0];
  expect(monitor.online, 'still registered').toBe(true);
  // In the order in which things happened, whatever the clock said.
  const told = (await station.journal()).map((entry) => entry.event).reverse();
  const order = ['call.pressed', 'call.ringing', 'call.answered', 'access.unlocked', 'access.locked', 'call.ended'];
  expect(told.filter((event) => order.includes(event))).toEqual(order);
  // The registrar's answers, and digest's nonces, are good as before.
  await station.press('1', '0', '1', 'call');
  await station.waitFor('the second call', async () => (await station.expect('GET', '/calls')).items[0]?.state === 'ringing');
  await station.press('hangup');
});

// A box without a clock of its own starts with the time of its system's making, before anybody tells it another.
test('S12: as installed, a station that starts behind the begin of its certificates serves its doors', async () => {
  const repository = resolve(import.meta.dirname, '../..');
  const before = await Station.start();
  await before.kill('SIGTERM');
  const behind = await Station.startUnder(
    ['python3', join(repository, 'web/e2e/unitFilter.py'), join(repository, 'deploy/lintel.service'),
      'env', 'LD_PRELOAD=libfaketimeMT.so.1', `LD_LIBRARY_PATH=${libraries}`, 'FAKETIME=-2d', 'DONT_FAKE_MONOTONIC=1', 'FAKETIME_DONT_FAKE_MONOTONIC=1'],
    before.data);
  try {
    await behind.setUp();
    await behind.expect('POST', '/locks/1/unlock');
    expect((await behind.lock()).state).toBe('unlocked');
  } finally { await behind.stop(); }
});
