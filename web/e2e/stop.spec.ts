// A stop in the middle of what people do: everybody is told, and nothing stays as it was left by chance.
import { expect, test } from '@playwright/test';

import { Phone } from './baresip.ts';
import { Station } from './station.ts';

let station: Station;
const phones: Phone[] = [];
test.afterEach(async () => {
  for (const phone of phones.splice(0)) await phone.stop();
  await station.stop();
});

async function callRoom(): Promise<Phone> {
  station = await Station.start();
  await station.setUp(['101']);
  await station.expect('PATCH', '/settings', { 'lock1.period': 60 });
  const account = await station.addPhone('101');
  const phone = await Phone.start({ user: account.user, password: account.password, port: station.ports.sip });
  phones.push(phone);
  await station.waitForEvent('monitor.registered');
  await station.press('1', '0', '1', 'call');
  await phone.waitFor('CALL_INCOMING');
  return phone;
}

const ended = () => new Promise<number | null>((done) => station.process.once('exit', (code) => done(code)));

test('a stop hangs up who talks and leaves no door open', async () => {
  const phone = await callRoom();
  phone.answer();
  await phone.waitFor('CALL_ESTABLISHED');
  await station.expect('POST', '/locks/1/unlock');
  expect((await station.lock()).state).toBe('unlocked');
  const gone = ended();
  station.process.kill('SIGTERM');
  await phone.waitFor('CALL_CLOSED', 3_000);
  expect(await gone).toBe(0);
  await station.launch();
  await station.logIn();
  expect((await station.lock()).state).toBe('locked');
  const events = (await station.journal()).map((entry) => entry.event);
  for (const event of ['access.unlocked', 'call.ended', 'system.stopped']) expect(events).toContain(event);
  expect(events).not.toContain('system.unclean_stop');
});

test('a stop ends the ringing', async () => {
  const phone = await callRoom();
  const gone = ended();
  station.process.kill('SIGTERM');
  await phone.waitFor('CALL_CLOSED', 3_000);
  expect(await gone).toBe(0);
});

test('who asked for something while the disk is slow has the answer before the end', async () => {
  station = await Station.start();
  await station.setUp();
  await station.kill('SIGTERM');
  station = await Station.startUnder(['strace', '-D', '-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync',
    '-e', 'inject=fsync,fdatasync:delay_enter=300000'], station.data);
  await station.logIn();
  const gone = ended();
  const changed = station.call('PATCH', '/settings', { 'station.name': 'North gate' });
  await new Promise((done) => setTimeout(done, 100));
  station.process.kill('SIGTERM');
  expect((await changed).status).toBe(200);
  expect(await gone).toBe(0);
  station = await Station.start([], station.data);
  await station.logIn();
  expect((await station.expect('GET', '/settings')).values['station.name']).toBe('North gate');
});

// A call whose phone is gone without a word, as when its battery is pulled.
test('a phone that dies while it talks does not hold the station for long', async () => {
  const phone = await callRoom();
  phone.answer();
  await phone.waitFor('CALL_ESTABLISHED');
  phones.splice(0);
  await phone.stop();
  await station.waitForEvent('call.ended', 40_000);
  expect((await station.expect('GET', '/panel')).call ?? null).toBeNull();
});
