// Who gets in at all: what answers before set-up, without credentials, by another spelling of a path or with claims of one's own.
import { expect, test } from '@playwright/test';

import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';

import { logIn, publicRoutes, ready, station, stranger, underAttack } from './attacked.ts';
import { ask, raw, upgrade } from './attacker.ts';
import { SipAttacker } from './sipAttacker.ts';
import { adminPassword, Station, filesOf } from './station.ts';

underAttack();

async function walk(refusals: number[]): Promise<string[]> {
  const from = stranger();
  const description = (await ask(station, 'GET', '/api/v1/openapi.json', { from })).body;
  const answered: string[] = [];
  for (const [path, methods] of Object.entries<any>(description.paths)) {
    const short = path.replace('/api/v1', '');
    for (const method of Object.keys(methods).map((name) => name.toUpperCase())) {
      const body = ['POST', 'PUT', 'PATCH'].includes(method) ? (short.startsWith('/wh') ? undefined : {}) : undefined;
      const answer = await ask(station, method, `/api/v1${short.replace(/\{[^}]+\}/g, '1')}`, { body, from });
      if (!refusals.includes(answer.status)) answered.push(`${method} ${short}`);
      await new Promise((done) => setTimeout(done, 4)); // below the limit on requests
    }
  }
  return answered.sort();
}

test('security 2: before set-up nothing but set-up and what describes it answers', async () => {
  const answered = await walk([403]);
  expect(answered).toEqual(['GET /certificate/root.pem', 'GET /health', 'GET /openapi.json', 'GET /state', 'POST /setup'].sort());
  expect((await upgrade(station, '/sip', { protocol: 'sip' })).status).toBe(403);
  for (const [account, password] of [['admin', 'admin'], ['admin', ''], ['root', 'root'], ['admin', '12345'], ['101#0', '']])
    expect((await logIn(account!, password!, '127.0.0.90')).status).not.toBe(200);
  const sip = await SipAttacker.open(station, '127.0.0.91');
  expect(await sip.register('101', '')).toBe(401);
  expect(await sip.register('1', 'admin')).toBe(401);
  sip.close();
});

test('security 2: two fresh installs share no secret', async () => {
  const other = await Station.start();
  try {
    const certificate = async (of: Station) => new X509Certificate(String((await ask(of, 'GET', '/api/v1/certificate/root.pem')).text));
    expect(other.oneTimeCode).not.toBe(station.oneTimeCode);
    const [ours, theirs] = [await certificate(station), await certificate(other)];
    expect(ours.fingerprint256).not.toBe(theirs.fingerprint256);
    expect(ours.publicKey.export({ type: 'spki', format: 'pem' })).not.toBe(theirs.publicKey.export({ type: 'spki', format: 'pem' }));
    const secrets = (folder: string): Map<string, string> => new Map(filesOf(folder).filter((file) => /\.(key|pem)$/.test(file))
      .map((file) => [file.slice(folder.length), createHash('sha256').update(readFileSync(file)).digest('hex')]));
    const mine = secrets(station.data);
    expect(mine.size).toBeGreaterThan(1);
    for (const [file, hash] of secrets(other.data)) expect(mine.get(file), file).not.toBe(hash);
    for (const file of filesOf(station.data).filter((each) => /\.key$|key\.pem$|\.db/.test(each)))
      expect(statSync(file).mode & 0o077, `${file} is nobody else's`).toBe(0);
    await other.setUp();
    const foreign = await ask(other, 'POST', '/api/v1/login', { body: { account: 'admin', password: adminPassword } });
    const cookie = String(foreign.headers['set-cookie']).split(';')[0]!;
    await ready();
    expect((await ask(station, 'GET', '/api/v1/rooms', { headers: { Cookie: cookie } })).status).toBe(401);
  } finally { await other.stop(); }
});

test('security 1: without credentials only the short list answers', async () => {
  await ready();
  const answered = await walk([401]);
  // `/setup` answers that it is over.
  expect(answered).toEqual([...publicRoutes].sort());
  expect((await ask(station, 'POST', '/api/v1/setup', { body: { code: station.oneTimeCode, password: 'x', password_repeat: 'x', email: 'a@b.c' } })).status).toBe(409);
  expect((await upgrade(station, '/sip', { protocol: 'sip' })).status).toBe(401);
  for (const path of ['/api/v1', '/api/v1/', '/ready.json', '/install.key', '/lintel.db', '/.git/config', '/assets/', '/snapshot.jpg', '/onvif/device_service', '/cgi-bin/snapshot.cgi'])
    expect([401, 404], path).toContain((await ask(station, 'GET', path)).status);
  const rtsp = await raw(station.ports.rtsp, 'DESCRIBE rtsp://127.0.0.1/main RTSP/1.0\r\nCSeq: 1\r\n\r\n');
  expect(rtsp.split('\r\n')[0]).toContain('401');
});

// What the kernel says that the process has open to others: ports of TCP that listen, ports of UDP that hear anybody.
function openPorts(): { tcp: number[]; udp: number[] } {
  const { pid } = station.process;
  const own = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => { try { return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]; } catch { return undefined; } }));
  const ports = (kind: string, state: string) => ['', '6'].flatMap((family) => readFileSync(`/proc/${pid}/net/${kind}${family}`, 'utf8').trim().split('\n').slice(1)
    .map((line) => line.trim().split(/\s+/)).filter((columns) => columns[3] === state && own.has(columns[9])).map((columns) => parseInt(columns[1]!.split(':')[1]!, 16)));
  return { tcp: ports('tcp', '0A'), udp: ports('udp', '07') };
}

test('security 1: no port is open that the installer\'s guide does not list', async () => {
  await ready();
  const { values } = await station.expect('GET', '/settings');
  const { http, https, sip, sips, rtsp } = station.ports;
  const unlisted = () => {
    const { tcp, udp } = openPorts();
    expect(tcp).toContain(https);
    expect(udp).toContain(sip);
    return [...tcp.filter((port) => ![http, https, sip, sips, rtsp].includes(port)),
      ...udp.filter((port) => port !== sip && (port < values['media.first_port'] || port > values['media.last_port']))];
  };
  expect(unlisted()).toEqual([]);
  const account = await station.addPhone('102');
  const phone = await SipAttacker.open(station, '127.0.0.1');
  expect(await phone.register(account.user, account.password)).toBe(200);
  await station.expect('POST', '/calls', { to: '102' });
  await station.waitFor('the call', async () => phone.requests.some((text) => text.startsWith('INVITE ')));
  expect(unlisted(), 'nor while it rings').toEqual([]);
  await station.press('hangup');
  phone.close();
});

test('security 4: paths are decoded once and then authorised', async () => {
  await ready();
  for (const path of [
    '/api/v1/state/../rooms', '/api/v1/state/%2e%2e/rooms', '/api/v1/..%2fv1/rooms', '/api/v1/%2e%2e%2frooms', '/api/v1/%252e%252e/rooms',
    '//api/v1/rooms', '/api//v1/rooms', '/api/v1/rooms;x=/health', '/api/v1/health;/../rooms', '/API/v1/rooms', '/api/v1/Rooms', '/api/v1/rooms/',
    '/api/v1/%72ooms', '/assets/..%2f..%2f..%2fetc%2fpasswd', '/assets/../../etc/passwd', '/..%5c..%5cetc/passwd', '/%00', '/api/v1/rooms%00.json',
    '/api/v1/state?/../rooms', '/assets/%2e%2e/index.html', 'http://127.0.0.1/api/v1/rooms', '*',
  ]) {
    const answer = await raw(station.ports.http, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
    const status = Number(answer.split(' ')[1]);
    const harmless = status === 200 && answer.includes('"initialised"'); // the state itself, with a query of no meaning
    expect(harmless || [400, 401, 403, 404].includes(status), `${path}: ${answer.slice(0, 60)}`).toBe(true);
    expect(answer).not.toContain('root:');
    expect(answer).not.toContain('"total"');
  }
});

test('security 5: no right comes from headers, the loopback address or a body field', async () => {
  await ready();
  const headers = {
    'X-Forwarded-For': '127.0.0.1', 'X-Real-IP': '127.0.0.1', Forwarded: 'for=127.0.0.1', Host: 'localhost', 'X-Original-URL': '/api/v1/state',
    'X-Rewrite-URL': '/api/v1/state', 'X-HTTP-Method-Override': 'GET', 'X-Lintel-Role': 'admin', Authorization: 'Basic YWRtaW46YWRtaW4=',
    Cookie: 'lintel_session=; role=admin',
  };
  for (const path of ['/api/v1/rooms', '/api/v1/snapshot.jpg', '/api/v1/events', '/api/v1/locks'])
    expect((await ask(station, 'GET', path, { headers })).status, path).toBe(401);
  const extra = { ipAddr: '127.0.0.1', Loopback: true, clientType: 'Web3.0', engrmode: 'admin', role: 'admin' };
  expect((await ask(station, 'POST', '/api/v1/locks/1/unlock', { headers, body: extra })).status).toBe(401);
  const login = await ask(station, 'POST', '/api/v1/login', { body: { account: 'admin', password: 'NotIt-123456', ...extra }, from: stranger() });
  expect([400, 401, 422]).toContain(login.status);
  // The limit on guessing goes by the socket: another claimed address each time buys nothing.
  const from = stranger();
  let last = 0;
  for (let i = 0; i < 8; ++i)
    last = (await ask(station, 'POST', '/api/v1/login', { body: { account: 'admin', password: `Wrong-Guess-${i}` }, from, headers: { 'X-Forwarded-For': `10.0.0.${i}` } })).status;
  expect(last).toBe(429);
});
