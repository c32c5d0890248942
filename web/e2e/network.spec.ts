// The station as a machine on a network that comes and goes, in network namespaces: what loopback cannot show.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';

import { expect, test } from '@playwright/test';

import { Phone } from './baresip.ts';
import { Server } from './sipServer.ts';
import { Station } from './station.ts';

test.skip(process.getuid?.() !== 0 && !process.env.LINTEL_ALL_TESTS, 'network namespaces are made by root; CI leaves none out');

let cables: Cables;
let station: Station;
let phone: Phone | undefined;
test.beforeEach(() => { cables = new Cables(); });
test.afterEach(async () => {
  await phone?.stop();
  await (station as Station | undefined)?.stop();
  phone = undefined;
  cables.remove();
});

const ip = (...words: string[]) => execFileSync('ip', words, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();

// Namespaces and the cables between them, each with a name of its own: neither another run nor what the kernel still takes
// down of the test before is in the way.
let named = 0;
class Cables {
  private readonly made: string[] = [];
  private readonly own: string[] = [];
  readonly net = `10.${200 + (process.pid % 50)}`;

  machine(name: string): string {
    const namespace = `lintel-${process.pid}-${named++}-${name}`;
    ip('netns', 'add', namespace);
    this.made.push(namespace);
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    return namespace;
  }

  // Two ends of one cable; an end without a namespace is this test's. Both are down, and have no address.
  cable(one: string | undefined, other: string): [End, End] {
    const names = ['a', 'b'].map((end) => `lt${process.pid % 100_000}${named}${end}`) as [string, string];
    ++named;
    if (!one) this.own.push(names[0]);
    ip('link', 'add', names[0], ...(one ? ['netns', one] : []), 'type', 'veth', 'peer', 'name', names[1], 'netns', other);
    return [new End(one, names[0]), new End(other, names[1])];
  }

  remove(): void {
    for (const name of this.own) ip('link', 'del', name); // at once; with the namespace it would go later, and hold its address until then
    for (const namespace of this.made) ip('netns', 'del', namespace); // and with it its ends of the cables
  }
}

class End {
  constructor(private readonly namespace: string | undefined, private readonly name: string) {}
  private ip(...words: string[]) { return ip(...(this.namespace ? ['-n', this.namespace] : []), ...words); }
  up() { this.ip('link', 'set', this.name, 'up'); }
  down() { this.ip('link', 'set', this.name, 'down'); }
  add(address: string) { this.ip('address', 'add', `${address}/24`, 'dev', this.name); }
  remove(address: string) { this.ip('address', 'del', `${address}/24`, 'dev', this.name); }
  gateway(address: string) { this.ip('route', 'add', 'default', 'via', address); }
}

// Rings, answers, and opens by `#` inside the sound (RFC 4733): that digit arrives only where the station said that it is.
async function callAndOpen(station: Station, phone: Phone): Promise<void> {
  phone.events.length = 0;
  await station.press('1', '0', '1', 'call');
  await phone.waitFor('CALL_INCOMING');
  phone.answer();
  await phone.waitFor('CALL_ESTABLISHED');
  await new Promise((done) => setTimeout(done, 1_000)); // the jitter buffer fills
  phone.digit('#');
  await station.waitFor('the lock to open', async () => (await station.lock()).state === 'unlocked');
  await station.press('hangup');
  await phone.waitFor('CALL_CLOSED');
  await station.waitFor('the lock to close', async () => (await station.lock()).state === 'locked', 15_000);
}

const namesAt = (host: string, port: number): Promise<string> => new Promise((done, failed) => {
  const socket = connect({ host, port, rejectUnauthorized: false }, () => {
    done(socket.getPeerCertificate().subjectaltname ?? '');
    socket.destroy();
  });
  socket.on('error', failed);
});

test('S12: the network comes after the station, goes, and comes back with another address', async () => {
  test.setTimeout(90_000);
  const house = cables.machine('house');
  const [here, there] = cables.cable(undefined, house);
  const own = `${cables.net}.1.1`, first = `${cables.net}.1.2`, second = `${cables.net}.1.3`;
  here.add(own);
  here.up();
  station = await Station.startIn(house);
  // DHCP was slower than the station.
  station.host = first;
  there.up();
  there.add(first);
  await station.waitFor('the station to be reached', async () => station.call('GET', '/health').then(() => true, () => false), 15_000);
  await station.setUp();
  await station.expect('PATCH', '/settings', { 'lock1.interval': 0, 'lock1.period': 1 });
  await station.waitForEvent('network.changed');
  await station.waitFor('the certificate to name the address', async () => (await namesAt(first, station.ports.https)).includes(first));
  const account = await station.addPhone('101');
  phone = await Phone.start({ user: account.user, password: account.password, port: station.ports.sip, server: first, own });
  await station.waitForEvent('monitor.registered');
  await callAndOpen(station, phone);

  // Somebody pulls the plug at the switch, and puts it in again.
  here.down();
  await new Promise((done) => setTimeout(done, 1_000));
  here.up();
  const pulled = await station.waitForEvent('network.lost', 20_000);
  expect(pulled.severity).toBe('warning');
  await station.waitFor('the network to be back', async () => (await station.journal()).filter((entry) => entry.event === 'network.changed').length === 2);
  await callAndOpen(station, phone);

  // The router gives it another address.
  there.remove(first);
  there.add(second);
  station.host = second;
  await station.waitFor('the station at its new address', async () => station.call('GET', '/health').then(() => true, () => false), 15_000);
  await station.waitFor('the certificate to name it', async () => (await namesAt(second, station.ports.https)).includes(second));
  expect(JSON.stringify(await station.addPhone('101'))).toContain(second);
});

test('S12: the network comes in the very moments in which the station starts', async () => {
  test.setTimeout(60_000);
  const house = cables.machine('house');
  const [here, there] = cables.cable(undefined, house);
  here.add(`${cables.net}.1.1`);
  here.up();
  // Its certificates are written slowly, and while they are the address comes.
  const data = mkdtempSync(join(tmpdir(), 'lintel-e2e-'));
  const slowly = ['strace', '-D', '-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', '-e', 'trace=fsync', '-e', 'inject=fsync:delay_enter=700000'];
  const starting = Station.startIn(house, data, slowly);
  while (!existsSync(join(data, 'certificates', 'root.key'))) await new Promise((done) => setTimeout(done, 20));
  there.up();
  there.add(`${cables.net}.1.2`);
  station = await starting;
  station.host = `${cables.net}.1.2`;
  await station.setUp();
  await station.waitForEvent('network.changed');
  expect(JSON.stringify(await station.addPhone('101'))).toContain(station.host);
});

test('a station in two networks is reached by each phone in the one they share', async () => {
  test.setTimeout(60_000);
  const house = cables.machine('house'), flat = cables.machine('flat');
  const [here, there] = cables.cable(undefined, house);     // the default route, where the browser is
  const [inHouse, inFlat] = cables.cable(house, flat);      // the phone's network
  const [control, controlled] = cables.cable(undefined, flat);
  const address = (network: number, host: number) => `${cables.net}.${network}.${host}`;
  for (const [end, at] of [[here, address(1, 1)], [there, address(1, 2)], [inHouse, address(2, 2)], [inFlat, address(2, 1)],
    [control, address(3, 1)], [controlled, address(3, 2)]] as const) {
    end.add(at);
    end.up();
  }
  there.gateway(address(1, 1));
  station = await Station.startIn(house);
  station.host = address(1, 2);
  await station.setUp();
  await station.expect('PATCH', '/settings', { 'lock1.interval': 0, 'lock1.period': 1 });
  const account = await station.addPhone('101');
  phone = await Phone.start({ user: account.user, password: account.password, port: station.ports.sip, server: address(2, 2), own: address(2, 1),
    control: { namespace: flat, host: address(3, 2) } });
  await station.waitForEvent('monitor.registered');
  await callAndOpen(station, phone);
});

test('C10: a station in two networks tells a server elsewhere the address in the one they share', async () => {
  const house = cables.machine('house'), street = cables.machine('street');
  const [inHouse, inStreet] = cables.cable(house, street);  // the default route
  const [here, there] = cables.cable(undefined, house);     // the server's network, where the browser is as well
  const address = (network: number, host: number) => `${cables.net}.${network}.${host}`;
  for (const [end, at] of [[inHouse, address(1, 2)], [inStreet, address(1, 1)], [here, address(2, 1)], [there, address(2, 2)]] as const) {
    end.add(at);
    end.up();
  }
  inHouse.gateway(address(1, 1));
  station = await Station.startIn(house);
  station.host = address(2, 2);
  await station.setUp([]);
  await station.expect('PATCH', '/settings', { 'sip_server.on': false });
  await station.kill('SIGTERM');
  await station.launch();
  await station.logIn();
  const server = await Server.open(address(2, 1));
  try {
    await station.expect('PATCH', '/settings', { 'account.server': address(2, 1), 'account.port': server.port });
    await server.waitFor('REGISTER');
    await station.waitForEvent('account.registered');
    await station.expect('POST', '/calls', { to: '200' });
    expect(await server.waitFor('INVITE')).toContain(`c=IN IP4 ${address(2, 2)}\r\n`);
  } finally {
    server.close();
  }
});

test('a station that may choose its ports starts where others have half of the numbers for TCP', async () => {
  const crowded = cables.machine('crowded');
  ip('netns', 'exec', crowded, 'sh', '-c', 'echo 41000 41199 > /proc/sys/net/ipv4/ip_local_port_range');
  const others = spawn('ip', ['netns', 'exec', crowded, process.execPath, '-e', `
    const { createServer } = require('node:net');
    let open = 0;
    for (let port = 41000; port < 41200; port += 2) createServer().listen(port, () => { if (++open === 100) console.log('open'); });`]);
  try {
    await new Promise((done) => others.stdout.once('data', done));
    for (let start = 0; start < 6; ++start) { // of which half would meet one that is taken
      station = await Station.startIn(crowded);
      await station.stop();
    }
  } finally {
    others.kill();
  }
});
