// Pulling the plug.
import { expect, test } from '@playwright/test';

import { execFileSync, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { connect, createServer, type AddressInfo } from 'node:net';

import { Phone } from './baresip.ts';
import { adminPassword, Station } from './station.ts';

let station: Station;
test.afterEach(async () => station.stop());

test('S01: kill -9 in the middle of unlocks loses none that was reported, and the lock is safe after the restart', async () => {
  station = await Station.start();
  await station.setUp();
  await station.expect('PATCH', '/settings', { 'lock1.interval': 0, 'lock1.period': 60 });
  // By what they say, too: a restart would give the ids of lost entries to its own.
  const reported = new Map<number, string>();
  const said = (entry: any) => `${entry.time} ${entry.message}`;
  for (let round = 0; round < 3; ++round) {
    let running = true;
    let name = '';
    const unlocking = (async () => {
      for (let change = 0; running; ++change) {
        try {
          await station.expect('POST', '/locks/1/unlock');
          const wished = `Door ${round}.${change}`;
          await station.expect('PATCH', '/settings', { 'station.name': wished });
          name = wished;
          for (const entry of await station.journal()) reported.set(Number(entry.id), said(entry));
        } catch { break; }
      }
    })();
    await new Promise((done) => setTimeout(done, 400));
    await station.waitFor('a change that is answered', async () => name);
    await station.kill('SIGKILL');
    running = false;
    await unlocking;
    await station.launch();
    await station.logIn('admin', adminPassword);
    expect((await station.lock()).state, 'a lock that was held open holds again').toBe('locked');
    const kept = new Map((await station.expect('GET', '/journal?limit=500')).items.map((entry: any) => [Number(entry.id), said(entry)]));
    for (const [id, words] of reported) expect(kept.get(id), `entry ${id} was reported`).toBe(words);
    // The last change may have been made, and the answer cut off.
    const [, change] = name.split('.').map(Number);
    expect([name, `Door ${round}.${change! + 1}`]).toContain((await station.expect('GET', '/settings')).values['station.name']);
    const newest = Math.max(...reported.keys());
    await station.waitFor('the entry of this kill', async () => (await station.journal()).some((entry) => entry.event === 'system.unclean_stop' && Number(entry.id) > newest));
  }
  expect(reported.size).toBeGreaterThan(6);
});

test('S22: a clean stop is no unclean one, and registrations and settings are there after it', async () => {
  station = await Station.start();
  await station.setUp(['101']);
  await station.expect('PATCH', '/settings', { 'station.name': 'North gate' });
  await station.kill('SIGTERM');
  await station.launch();
  await station.logIn();
  expect((await station.expect('GET', '/settings')).values['station.name']).toBe('North gate');
  expect((await station.journal()).some((entry) => entry.event === 'system.unclean_stop')).toBe(false);
  expect((await station.journal()).some((entry) => entry.event === 'system.stopped')).toBe(true);
});

// Another program on a free port, over TCP and UDP.
async function takePort(): Promise<{ port: number; release: () => void }> {
  for (;;) {
    const tcp = createServer(), udp = createSocket('udp4');
    await new Promise<void>((done) => tcp.listen(0, '127.0.0.1', done));
    const { port } = tcp.address() as AddressInfo;
    const had = await new Promise<boolean>((done) => { udp.once('error', () => done(false)); udp.bind(port, '127.0.0.1', () => done(true)); });
    if (had) return { port, release: () => { tcp.close(); udp.close(); } };
    tcp.close();
  }
}

test('S11: ports in use are named, doors open nevertheless, and each port is had once it is free', async () => {
  const services = ['HTTPS', 'SIP', 'SIPS', 'RTSP'];
  const taken = await Promise.all(services.map(takePort));
  const about = (entry: any, service: string) => entry.fields.some((field: any) => field.name === 'service' && field.value === service);
  const option = (service: string) => `--${service.toLowerCase()}-port`;
  station = await Station.start(services.flatMap((service, at) => [option(service), String(taken[at]!.port)]));
  const { http, ...others } = station.ports;
  expect(http).toBeGreaterThan(0);
  expect(Object.values(others)).toEqual([0, 0, 0, 0, 0]);
  await station.setUp();
  await station.expect('POST', '/codes', { name: 'Cleaner', code: '2468', locks: [1], active: true });
  await station.press('#', '2', '4', '6', '8', '#');
  expect((await station.lock()).state).toBe('unlocked');
  const missing = async () => (await station.expect('GET', '/overview')).attention.filter((item: any) => services.includes(item.id.toUpperCase()));
  const shown = await missing();
  for (const [at, service] of services.entries()) {
    const { message } = shown.find((item: any) => item.id === service.toLowerCase());
    for (const words of [String(taken[at]!.port), service, option(service)]) expect(message).toContain(words);
    expect((await station.journal()).filter((entry) => entry.event === 'system.port_in_use' && about(entry, service))).toHaveLength(1);
    expect(station.output).toContain(`Port ${taken[at]!.port} for ${service} `);
  }

  for (const one of taken) one.release();
  await station.waitFor('the ports', async () => (await missing()).length === 0, 15_000);
  for (const [at, service] of services.entries()) {
    await station.waitFor(`the journal's word of ${service}`, async () => (await station.journal()).filter((entry) => entry.event === 'system.port_back' && about(entry, service)).length === 1);
    const socket = connect(taken[at]!.port, '127.0.0.1');
    await new Promise((done, failed) => { socket.once('connect', done); socket.once('error', failed); });
    socket.destroy();
  }
});

test('S11: RTSP that is switched on and off at a port in use needs attention once, and not while it is off', async () => {
  const taken = await takePort();
  try {
    station = await Station.start(['--rtsp-port', String(taken.port)]);
    await station.setUp();
    const shown = async () => (await station.expect('GET', '/overview')).attention.filter((item: any) => item.id === 'rtsp').length;
    for (let round = 0; round < 2; ++round) {
      expect(await shown()).toBe(1);
      await station.expect('PATCH', '/settings', { 'rtsp.on': false });
      expect(await shown()).toBe(0);
      await station.expect('PATCH', '/settings', { 'rtsp.on': true });
    }
    expect(await shown()).toBe(1);
  } finally { taken.release(); }
});

test('A10 A25: #1234# opens, a wrong code does not, five wrong ones lock the keypad and only the keypad', async () => {
  station = await Station.start();
  await station.setUp();
  await station.expect('POST', '/codes', { name: 'Cleaner', code: '2468', locks: [1], active: true });
  await station.press('#', '2', '4', '6', '8', '#');
  expect((await station.lock()).state).toBe('unlocked');
  const opened = await station.waitForEvent('access.unlocked');
  expect(opened.subject).toBe('Cleaner');
  expect(JSON.stringify(await station.journal()), 'the code is nowhere in the journal').not.toContain('2468');
  for (let i = 0; i < 5; ++i) await station.press('#', '1', '1', '1', '1', '#');
  await station.waitForEvent('access.keypad_locked');
  await station.waitFor('the lock to close', async () => (await station.lock()).state === 'locked');
  await station.press('#', '2', '4', '6', '8', '#');
  expect((await station.lock()).state, 'the right code is not taken now').toBe('locked');
  await station.waitFor('the interval', async () => (await station.call('POST', '/locks/1/unlock')).status === 200);
  await station.waitFor('the lock to close', async () => (await station.lock()).state === 'locked');
  await station.waitFor('the exit button (A12)', async () => {
    await station.expect('POST', '/twins/exit-button', { action: 'press' });
    return (await station.lock()).state === 'unlocked';
  });
  await station.waitForEvent('access.exit_button');
});

test('A10: a code as long as one can be, typed without its first key, is not in the journal', async () => {
  station = await Station.start();
  await station.setUp();
  await station.expect('POST', '/codes', { name: 'Gardener', code: '9753186420', locks: [1], active: true });
  await station.press(...'9753186420', '#');
  expect((await station.waitForEvent('call.no_such_room')).message).toContain('**********');
  expect(JSON.stringify(await station.journal())).not.toContain('97531');
});

test('V07: when the disk takes nothing more, doors still open, the console says so, and it recovers', async () => {
  station = await Station.start();
  await station.setUp();
  await station.expect('PATCH', '/settings', { 'lock1.interval': 0 });
  const limit = (size: string) => execFileSync('prlimit', ['--pid', String(station.process.pid), `--fsize=${size}:unlimited`]);
  limit('1');
  await station.expect('POST', '/locks/1/unlock');
  expect((await station.lock()).state).toBe('unlocked');
  const seen = await station.waitFor('the overview to say it', async () => {
    const overview = await station.expect('GET', '/overview');
    return overview.attention.some((item: any) => item.id === 'storage') && overview;
  });
  expect(seen.attention.find((item: any) => item.id === 'storage').message).toMatch(/disk|stor/i);
  const refused = await station.call('POST', '/rooms', { number: '777' });
  expect(refused.status).toBeGreaterThanOrEqual(400);
  await station.waitFor('the lock to close', async () => (await station.lock()).state === 'locked');
  await station.expect('POST', '/locks/1/unlock');
  limit('unlimited');
  await station.waitForEvent('access.unlocked', 20_000);
  expect((await station.call('GET', '/rooms/777')).status, 'nothing half-written').toBe(404);
  await station.waitFor('new rooms to be taken again', async () => (await station.call('POST', '/rooms', { number: '778' })).status === 201, 20_000);
});

test('V07: a card that is reported lost is refused though the disk takes nothing more, and stays so when it does again', async () => {
  station = await Station.start();
  await station.setUp(['101']);
  await station.expect('PATCH', '/settings', { 'lock1.interval': 0 });
  const card = await station.expect('POST', '/cards', { number: '04A1B2C3', room: '101' });
  const limit = (size: string) => execFileSync('prlimit', ['--pid', String(station.process.pid), `--fsize=${size}:unlimited`]);
  limit('1');
  const answered = await station.call('PATCH', `/cards/${card.id}`, { lost: true });
  expect(answered.status).toBeGreaterThanOrEqual(400);
  expect(answered.body.error.message).toContain('taken away as of now');
  const cards = await station.expect('GET', '/cards?room=101');
  expect(cards.items[0].lost).toBe(true);
  expect((await station.expect('GET', '/overview')).attention.map((item: any) => item.id)).toContain('owed');
  await station.expect('POST', '/twins/reader', { action: 'card:04A1B2C3' });
  expect((await station.lock()).state).toBe('locked');
  limit('unlimited');
  expect((await station.waitForEvent('operation.card_lost', 20_000)).subject).toBe('admin');
  await station.waitFor('what is owed to be stored', async () => !(await station.expect('GET', '/overview')).attention.some((item: any) => item.id === 'owed'), 20_000);
  await station.kill('SIGKILL');
  await station.launch();
  await station.logIn();
  expect((await station.expect('GET', '/cards?room=101')).items[0].lost).toBe(true);
});

test('V07: a disk that takes a second and a half for each write holds up neither the door nor the bell', async () => {
  test.setTimeout(120_000);
  const slow = 'inject=fsync,fdatasync:delay_enter=1500000';
  station = await Station.start();
  await station.setUp(['101']);
  await station.expect('PATCH', '/settings', { 'lock1.interval': 0, 'lock1.period': 1 });
  const account = await station.addPhone('101');
  await station.kill('SIGTERM');
  station = await Station.startUnder(['strace', '-D', '-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync', '-e', slow], station.data);
  await station.logIn();
  const phone = await Phone.start({ user: account.user, password: account.password, port: station.ports.sip });
  try {
    await station.waitForEvent('monitor.registered', 20_000);
    // What must be on the disk before it is answered says when the disk is busy; what happens meanwhile did not wait for it.
    const whileTheDiskWrites = async (happens: () => Promise<unknown>) => {
      let written = false;
      const stored = station.expect('PATCH', '/settings', { 'station.name': `Gate ${Math.random()}` }).then(() => { written = true; });
      await happens();
      const waited = written;
      await stored;
      expect(waited, 'it came after the disk had written').toBe(false);
    };
    await whileTheDiskWrites(async () => {
      void station.call('POST', '/locks/1/unlock');
      await station.waitFor('the lock to open', async () => (await station.lock()).state === 'unlocked');
    });
    await whileTheDiskWrites(async () => {
      await station.press('1', '0', '1', 'call');
      await phone.waitFor('CALL_INCOMING');
    });
    await station.press('hangup');
    await station.waitForEvent('access.unlocked', 20_000);
  } finally {
    await phone.stop();
  }
});

test('a loop that was held up is measured, and the station goes on', async () => {
  station = await Station.start();
  await station.setUp();
  const before = (await station.expect('GET', '/overview')).loop_delay_ms;
  expect(before.worst).toBeGreaterThanOrEqual(before.recent);
  await station.holdUp(2500);
  const after = await station.waitFor('the measured delay', async () => {
    const { loop_delay_ms } = await station.expect('GET', '/overview');
    return loop_delay_ms.recent > 1000 && loop_delay_ms;
  });
  expect(after.worst).toBeGreaterThanOrEqual(after.recent);
});

test('S03: lintel reset-admin at the machine forgets the password and nothing else', async () => {
  station = await Station.start();
  await station.setUp(['101']);
  const program = station.process.spawnfile;
  const refused = spawnSync(program, ['reset-admin', '--data', station.data], { encoding: 'utf8' });
  expect(refused.status, 'not while the station runs').toBe(1);
  await station.kill('SIGTERM');
  const done = spawnSync(program, ['reset-admin', '--data', station.data], { encoding: 'utf8' });
  expect(done.stderr).toContain('one-time code');
  expect(done.status).toBe(0);
  await station.launch();
  expect((await station.call('POST', '/login', { account: 'admin', password: adminPassword })).status).toBe(403);
  await station.expect('POST', '/setup', { code: station.oneTimeCode, password: 'Larch-Finch-93', password_repeat: 'Larch-Finch-93', email: 'owner@example.org' });
  await station.logIn('admin', 'Larch-Finch-93');
  expect((await station.call('GET', '/rooms/101')).status).toBe(200);
  await station.waitForEvent('operation.admin_reset');
});

test('the log says as much as its setting asks for, at once and after a restart', async () => {
  station = await Station.start();
  await station.setUp();
  const picture = async () => {
    await station.call('GET', '/snapshot.jpg');
    return station.output;
  };
  await station.expect('PATCH', '/settings', { 'log.level': 'error' });
  const before = station.output.length;
  expect((await picture()).slice(before), 'the camera was opened, and nobody asked').not.toMatch(/ I media\.camera/);
  await station.expect('PATCH', '/settings', { 'log.level': 'debug' });
  await station.kill('SIGTERM');
  await station.launch();
  await station.logIn();
  await picture();
  await station.waitFor('the camera in the log', async () => / I media\.camera/.test(station.output));
  expect(station.output).toMatch(/ D \w+/);
});
