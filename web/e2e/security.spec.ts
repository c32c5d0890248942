// What an attacker tries, against the running station over its own sockets. Attackers come from 127.0.0.2 and further, so that
// what they bring upon themselves stays theirs; the owner is at 127.0.0.1.
import { expect, test } from '@playwright/test';

import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';

import { ask, credentialsFor, raw, upgrade } from './attacker.ts';
import { SipAttacker } from './sipAttacker.ts';
import { adminPassword, Station } from './station.ts';

let station: Station;
let attackers = 1;
const stranger = () => `127.0.0.${++attackers}`; // a new source for each test

interface Device { account: string; password: string; cookie: string; csrf: string }

// Pairs and logs in, as a page does.
async function pair(kind: 'monitor' | 'panel', room?: string): Promise<Device> {
  const offer = await station.expect('POST', '/pairings', { kind, ...(room ? { room } : {}), name: 'Tablet' });
  const paired = (await ask(station, 'POST', '/api/v1/pair', { body: { token: offer.token, device_name: 'Tablet' } })).body;
  return { ...paired, ...(await logIn(paired.account, paired.password)) };
}

async function logIn(account: string, password: string, from?: string): Promise<{ cookie: string; csrf: string; status: number; setCookie: string }> {
  const answer = await ask(station, 'POST', '/api/v1/login', { body: { account, password }, from });
  const setCookie = String(answer.headers['set-cookie'] ?? '');
  return { status: answer.status, setCookie, cookie: setCookie.split(';')[0]!, csrf: answer.body?.csrf ?? '' };
}

const as = (device: { cookie: string; csrf: string }) => ({ Cookie: device.cookie, 'X-Lintel-CSRF': device.csrf });

const offerOfAViewer = [
  'v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0', 'm=video 9 UDP/TLS/RTP/SAVPF 102', 'c=IN IP4 0.0.0.0',
  'a=rtcp:9 IN IP4 0.0.0.0', 'a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuvwx', 'a=ice-options:trickle',
  `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`, 'a=setup:actpass', 'a=mid:0', 'a=recvonly', 'a=rtcp-mux',
  'a=rtpmap:102 H264/90000', 'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f', '',
].join('\r\n');

// One station for all; a test that fails gives the ones after it a new one.
const ready = async () => {
  if (!(await ask(station, 'GET', '/api/v1/state')).body.initialised) await station.setUp(['101', '102']);
};
test.beforeAll(async () => { station = await Station.start(); });
test.afterAll(async () => { await station.stop(); });

const publicRoutes = ['GET /state', 'POST /setup', 'POST /login', 'POST /pair', 'GET /health', 'GET /certificate/root.pem', 'GET /openapi.json'];

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

test('security 13: other sites change nothing, cookies and pages are tied down', async () => {
  await ready();
  const session = await logIn('admin', adminPassword);
  expect(session.setCookie).toMatch(/HttpOnly/);
  expect(session.setCookie).toMatch(/SameSite=Strict/);
  const secure = await ask(station, 'POST', '/api/v1/login', { body: { account: 'admin', password: adminPassword }, secure: true });
  expect(String(secure.headers['set-cookie'])).toMatch(/Secure/);
  const description = (await ask(station, 'GET', '/api/v1/openapi.json')).body;
  for (const [path, methods] of Object.entries<any>(description.paths))
    for (const method of Object.keys(methods).map((name) => name.toUpperCase())) {
      const short = path.replace('/api/v1', '');
      if (method === 'GET' || publicRoutes.includes(`${method} ${short}`)) continue;
      const target = `/api/v1${short.replace(/\{[^}]+\}/g, '1')}`;
      const without = await ask(station, method, target, { headers: { Cookie: session.cookie } });
      expect(without.status, `${method} ${path} without the token`).toBe(403);
      const wrong = await ask(station, method, target, { headers: { Cookie: session.cookie, 'X-Lintel-CSRF': `${session.csrf}x` } });
      expect(wrong.status, `${method} ${path} with a wrong token`).toBe(403);
      const elsewhere = await ask(station, method, target, { headers: { ...as(session), Origin: 'https://evil.example' } });
      expect(elsewhere.status, `${method} ${path} from another site`).toBe(403);
      await new Promise((done) => setTimeout(done, 40));
    }
  for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${station.ports.http + 1}`, `http://127.0.0.1:${station.ports.http}.evil.example`])
    expect((await upgrade(station, '/sip', { protocol: 'sip', headers: { Cookie: session.cookie, Origin: origin } })).status, origin).toBe(403);
  const cross = await ask(station, 'POST', '/api/v1/login', { body: { account: 'admin', password: adminPassword }, headers: { Origin: 'https://evil.example' } });
  expect(cross.status).toBe(403);
  for (const path of ['/', '/monitor', '/panel', '/api/v1/state', '/nothing']) {
    const { headers } = await ask(station, 'GET', path);
    const policy = String(headers['content-security-policy']);
    expect(policy, path).toContain("frame-ancestors 'none'");
    expect(policy, path).not.toMatch(/script-src[^;]*'unsafe/);
    expect(headers['x-content-type-options'], path).toBe('nosniff');
    expect(headers['access-control-allow-origin'], path).toBeUndefined();
  }
});

test('security 3: hostile texts are stored as they are or refused by name, and stay inside the data folder', async () => {
  await ready();
  const hostile = [
    '$(touch /tmp/lintel-owned)', '`touch /tmp/lintel-owned`', '; touch /tmp/lintel-owned #', '| nc 127.0.0.1 1', "' OR '1'='1", "'; DROP TABLE rooms; --",
    '../../../../etc/passwd', '..\\..\\windows', '/dev/null', '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '%s%s%s%n', '{{7*7}}', '${7*7}',
    'a\u0000b', 'a\r\nSet-Cookie: x=1', '\u202Eevil', 'A'.repeat(4096), '\uD800', '{"$ne":null}',
  ];
  const wrong: string[] = [];
  const look = async (what: string, made: Promise<any>, stored: (answer: any) => unknown, value: string) => {
    const answer = await made;
    if (answer.status < 300) {
      if (stored(answer.body) !== value) wrong.push(`${what} changed ${JSON.stringify(value.slice(0, 40))} to ${JSON.stringify(stored(answer.body))}`);
    } else if (![400, 404, 409, 422].includes(answer.status)) {
      wrong.push(`${what}: ${answer.status} for ${JSON.stringify(value.slice(0, 40))}`);
    } else if (answer.status === 422 && !answer.body.error.field && !answer.body.error.errors?.every((one: any) => one.field)) {
      wrong.push(`${what}: no field named for ${JSON.stringify(value.slice(0, 40))}`);
    }
    await new Promise((done) => setTimeout(done, 15));
  };
  const pages = await station.expect('GET', '/settings/schema');
  const texts = pages.settings.filter((one: any) => one.type === 'text').map((one: any) => one.key);
  const before = (await station.expect('GET', '/settings')).values;
  for (const value of hostile) {
    await look('room', station.call('PATCH', '/rooms/102', { nick_name: value }), (room) => room.nick_name, value);
    await look('new room', station.call('POST', '/rooms', { number: value }), (room) => room.number, value);
    await look('phone', station.call('POST', '/monitors', { room: value, kind: 'phone', name: 'x' }), () => 'never', value);
    await look('code', station.call('POST', '/codes', { name: value, code: '84321957' }), (code) => code.name, value);
    for (const code of (await station.expect('GET', '/codes')).items) await station.expect('DELETE', `/codes/${code.id}`);
    await look('machine', station.call('POST', '/machine-accounts', { name: value, rights: ['api'] }), () => value, value);
    await look('station', station.call('POST', '/stations', { number: '8077', name: value, address: value }), (one) => one.name, value);
    await station.call('DELETE', '/stations/8077');
    await look('e-mail', station.call('PUT', '/email', { email: value, password: adminPassword }), (one) => one.email ?? value, value);
    await look('login', ask(station, 'POST', '/api/v1/login', { body: { account: value, password: value }, from: stranger() }).then((one) => ({ ...one, status: one.status === 401 || one.status === 429 ? 404 : one.status })), () => 'never', value);
    await look('journal', station.call('GET', `/journal?text=${encodeURIComponent(value.toWellFormed())}`), () => value, value);
    await look('twin', station.call('POST', `/twins/${encodeURIComponent(value.toWellFormed())}`, { action: value }), () => 'never', value);
  }
  for (const key of texts) {
    for (const value of [hostile[0]!, hostile[6]!, hostile[14]!, hostile[17]!])
      await look(key, station.call('PATCH', '/settings', { [key]: value }), () => value, value);
    await station.call('PATCH', '/settings', { [key]: before[key] });
  }
  expect(wrong).toEqual([]);
  expect((await station.expect('GET', '/rooms')).items.find((room: any) => room.number === '101')).toBeTruthy();
  expect(readdirSync('/tmp')).not.toContain('lintel-owned');
});

test('security 8: guessing a password, a code, a digest or a pairing is bounded and journalled; the owner gets in', async () => {
  await ready();
  const offer = await station.expect('POST', '/pairings', { kind: 'monitor', room: '101' });
  const machine = await station.expect('POST', '/machine-accounts', { name: 'bridge', rights: ['api'] });
  const secret = machine.secret ?? machine.password;
  const guess: Record<string, (from: string, i: number) => Promise<number>> = {
    login: async (from, i) => (await ask(station, 'POST', '/api/v1/login', { from, body: { account: 'admin', password: `Guess-Number-${i}` } })).status,
    accounts: async (from, i) => (await ask(station, 'POST', '/api/v1/login', { from, body: { account: `admin${i}`, password: 'Guess-Number-1' } })).status,
    pairing: async (from, i) => (await ask(station, 'POST', '/api/v1/pair', { from, body: { short_code: String(10000000 + i) } })).status,
    digest: async (from, i) => {
      const challenge = await ask(station, 'GET', '/api/v1/locks', { from });
      return (await ask(station, 'GET', '/api/v1/locks', { from, headers: { Authorization: credentialsFor(challenge, 'bridge', `guess${i}`, 'GET', '/api/v1/locks') } })).status;
    },
  };
  for (const [what, once] of Object.entries(guess)) {
    const from = stranger();
    const statuses: number[] = [];
    for (let i = 0; i < 12; ++i) statuses.push(await once(from, i));
    expect(statuses.filter((status) => status === 429).length, `${what}: ${statuses}`).toBeGreaterThanOrEqual(6);
    // One limit: who guessed here is locked out there too.
    expect((await ask(station, 'POST', '/api/v1/pair', { from, body: { token: offer.token } })).status, what).toBe(429);
    expect((await logIn('admin', adminPassword, from)).status, what).toBe(429);
  }
  expect((await logIn('admin', adminPassword)).status, 'the owner, at home').toBe(200);
  expect((await logIn('admin', adminPassword, stranger())).status, 'the owner, from a new place').toBe(200);
  const challenge = await ask(station, 'GET', '/api/v1/locks');
  expect((await ask(station, 'GET', '/api/v1/locks', { headers: { Authorization: credentialsFor(challenge, 'bridge', secret, 'GET', '/api/v1/locks') } })).status).toBe(200);
  expect((await ask(station, 'POST', '/api/v1/pair', { body: { token: offer.token } })).status, 'a token').toBe(200);
  const events = (await station.journal()).map((entry) => entry.event);
  for (const event of ['operation.login_failed', 'operation.login_locked', 'monitor.pairing_refused']) expect(events).toContain(event);
});

test('security 8: guessing at the keypad locks the keypad alone, and SIP guesses lock their source alone', async () => {
  await ready();
  const panel = await pair('panel');
  const press = async (key: string) => (await ask(station, 'POST', '/api/v1/panel/keys', { headers: as(panel), body: { key } })).body;
  await station.expect('POST', '/codes', { name: 'Post', code: '73519482' });
  let state: any;
  for (let i = 0; i < 6; ++i) for (const key of `#${20000000 + i}#`) state = await press(key);
  expect(state.locked_until).toBeTruthy();
  for (const key of '#73519482#') await press(key);
  expect((await station.lock()).state, 'even the right code').toBe('locked');
  expect((await station.expect('POST', '/locks/1/unlock')).state).toMatch(/unlock/);

  const phone = await station.addPhone('101');
  const from = stranger();
  const attacker = await SipAttacker.open(station, from);
  const statuses: number[] = [];
  for (let i = 0; i < 10; ++i) statuses.push(await attacker.register(phone.user, `guess${i}`));
  expect(statuses.slice(-3), `${statuses}`).toEqual([403, 403, 403]);
  expect(await attacker.register(phone.user, phone.password), 'right, but locked out').toBe(403);
  expect((await logIn('admin', adminPassword, from)).status, 'one limit').toBe(429);
  attacker.close();
  const owner = await SipAttacker.open(station, '127.0.0.1');
  expect(await owner.register(phone.user, phone.password)).toBe(200);
  owner.close();
  const refused = (await station.journal()).filter((entry) => entry.event === 'sip.registration_refused' && JSON.stringify(entry).includes(from));
  expect(refused.length).toBeGreaterThanOrEqual(5);
  expect((await station.journal()).some((entry) => entry.event === 'access.keypad_locked')).toBe(true);
});

test('security 9: strangers never ring, and nobody is more than his credentials', async () => {
  await ready();
  const one = await station.addPhone('101');
  const two = await station.addPhone('102');
  const phone = await SipAttacker.open(station, '127.0.0.1');
  expect(await phone.register(one.user, one.password)).toBe(200);
  const stray = await SipAttacker.open(station, stranger());
  for (const method of ['INVITE', 'NOTIFY', 'MESSAGE', 'SUBSCRIBE', 'INFO', 'REFER', 'PUBLISH'])
    for (const target of [one.user, '101', '8001', '1', 'nobody'])
      for (const extra of ['', 'P-Asserted-Identity: <sip:8001@VDP>\r\n', 'X-Lintel-Kind: emergency\r\n', `Route: <sip:${randomBytes(30).toString('base64url')}@VDP.invalid;lr>\r\n`]) {
        const status = await stray.request(method, target, one.user, { extra });
        expect([401, 403, 405, 407, 481, 501], `${method} ${target} ${extra}`).toContain(status);
      }
  for (const method of ['BYE', 'UPDATE', 'PRACK', 'CANCEL']) expect(await stray.request(method, '8001', '8001')).toBe(481);
  expect(await stray.request('INVITE', '101', one.user, { tcp: true })).toBe(407);
  expect(phone.requests.map((request) => request.split('\r\n')[0])).toEqual([]);

  // Room 102 is room 102.
  const other = await SipAttacker.open(station, stranger());
  expect(await other.register(two.user, two.password)).toBe(200);
  expect(await other.register(two.user, two.password, { as: one.user })).toBe(403);
  expect(await other.request('INVITE', one.user, one.user, { user: two.user, password: two.password })).toBe(403);
  expect(await other.request('INVITE', 'somebody', two.user, { user: two.user, password: two.password, host: 'evil.example' })).toBe(403);
  expect(await other.request('INVITE', '101', two.user, { user: two.user, password: two.password, extra: 'Route: <sip:evil.example;lr>\r\n' })).toBe(403);
  for (const binding of ['1', 'ffffffffffffffff', '0', 'x', '%00'])
    expect([400, 404, 480]).toContain(await other.request('INVITE', `101;binding=${binding}`, two.user, { user: two.user, password: two.password }));
  const forged = 'X-Lintel-Kind: emergency\r\nP-Asserted-Identity: <sip:8001@VDP>\r\nRemote-Party-ID: <sip:8001@VDP>\r\nRecord-Route: <sip:evil.example;lr>\r\n';
  await other.request('MESSAGE', one.user, two.user, { user: two.user, password: two.password, extra: forged, wait: false });
  await station.waitFor('the message', async () => phone.requests.length > 0);
  const got = phone.requests[0]!;
  expect(got).not.toContain('8001');
  expect(got).not.toContain('X-Lintel-Kind');
  expect(got).not.toContain('Authorization');
  expect(got).toContain(`P-Asserted-Identity: <sip:${encodeURIComponent(two.user)}@VDP>`);
  for (const each of [phone, stray, other]) each.close();
});

test('security 10: who moved out hears nothing of who moves in', async () => {
  await ready();
  await station.call('POST', '/rooms', { number: '103' });
  const [before, gate] = [await station.addPhone('103'), await station.expect('POST', '/stations', { number: '8066', name: 'Gate' })];
  const old = await SipAttacker.open(station, '127.0.0.1');
  expect(await old.register(before.user, before.password)).toBe(200);
  expect(await old.register('8066', gate.password)).toBe(200);
  await station.expect('DELETE', '/rooms/103');
  await station.expect('DELETE', '/stations/8066');
  await station.expect('POST', '/rooms', { number: '103' });
  const after = await station.addPhone('103');
  expect(after.user).toBe(before.user);
  expect((await station.expect('GET', '/monitors?room=103')).items[0].online).toBe(false);
  expect((await station.call('POST', '/calls', { to: '103' })).status, 'nobody is available').toBe(503);
  expect([401, 403]).toContain(await old.register(before.user, before.password));
  old.close();
});

test('security 10: a monitor has its own room and nothing of another', async () => {
  await ready();
  const [mine, theirs] = [await pair('monitor', '101'), await pair('monitor', '102')];
  const get = async (path: string) => ask(station, 'GET', `/api/v1${path}`, { headers: as(mine) });
  for (const path of ['/rooms', '/rooms/102', '/codes', '/sessions', '/settings', '/settings/schema', '/machine-accounts', '/stations', '/twins', '/overview', '/panel'])
    expect((await get(path)).status, path).toBe(403);
  for (const path of ['/calls', '/monitors', '/monitors?room=102', '/monitors?room=']) {
    const { items } = (await get(path)).body;
    expect(items.every((one: any) => one.room === '101'), path).toBe(true);
  }
  for (const path of ['/journal', '/journal?room=102', '/journal?text=102', '/journal?room=102&room=102', '/journal?kind=operation', '/journal?room='])
    expect(((await get(path)).body.items as any[]).every((one) => one.room === '101' && one.kind !== 'operation'), path).toBe(true);
  for (const [method, path, body] of [
    ['DELETE', `/monitors/${encodeURIComponent(theirs.account)}`, undefined], ['PATCH', `/monitors/${encodeURIComponent(mine.account)}`, { locks: [1, 2] }],
    ['PATCH', '/rooms/101', { nick_name: 'x' }], ['POST', '/pairings', { kind: 'panel' }], ['POST', '/twins/exit-button', { action: 'press' }],
    ['POST', '/panel/keys', { key: '1' }], ['POST', '/calls', { to: '102' }], ['DELETE', '/calls/1', undefined], ['PATCH', '/settings', {}],
    ['POST', '/password', { old_password: mine.password, password: 'Other-Word-77', password_repeat: 'Other-Word-77' }], ['POST', '/whip', undefined],
  ] as const) {
    const answer = await ask(station, method, `/api/v1${path}`, { headers: as(mine), body });
    expect([403, 415], `${method} ${path}`).toContain(answer.status);
  }
  await station.expect('PATCH', `/monitors/${encodeURIComponent(mine.account)}`, { locks: [1] });
  expect((await ask(station, 'POST', '/api/v1/locks/2/unlock', { headers: as(mine) })).status, 'a lock it may not open').toBe(403);

  const watch = await ask(station, 'POST', '/api/v1/whep/main', { headers: { ...as(theirs), 'Content-Type': 'application/sdp' }, text: offerOfAViewer });
  expect(watch.status).toBe(201);
  const place = String(watch.headers.location);
  expect(place.split('/').pop()!.length).toBeGreaterThanOrEqual(16);
  expect((await ask(station, 'DELETE', place, { headers: as(mine) })).status, "another's live view").toBe(404);
  // What a revoked device watches ends with it.
  await station.expect('DELETE', `/monitors/${encodeURIComponent(theirs.account)}`);
  expect((await ask(station, 'GET', '/api/v1/locks', { headers: as(theirs) })).status).toBe(401);
  const admin = await logIn('admin', adminPassword);
  expect((await ask(station, 'DELETE', place, { headers: as(admin) })).status, 'it is over').toBe(404);
  expect((await logIn(theirs.account, theirs.password, stranger())).status).toBe(401);
});

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

test('security 6 and 11: no secret is readable at rest, in the log, the journal or an answer', async () => {
  await ready();
  const phone = await station.addPhone('101');
  const device = await pair('monitor', '101');
  const machine = await station.expect('POST', '/machine-accounts', { name: 'recorder', rights: ['rtsp', 'api'] });
  const neighbour = await station.expect('POST', '/stations', { number: '8055', name: 'Gate' });
  const offer = await station.expect('POST', '/pairings', { kind: 'panel' });
  await station.expect('POST', '/codes', { name: 'Cleaner', code: '60415937' });
  const hidden = (await station.expect('GET', '/settings/schema')).settings.filter((one: any) => one.type === 'secret' || one.type === 'password').map((one: any) => one.key);
  for (const key of hidden) await station.call('PATCH', '/settings', { [key]: 'Setting-Secret-93' });
  for (const key of '#60415937#60415937#*') await station.call('POST', '/panel/keys', { key });
  const secrets: Record<string, string> = {
    admin: adminPassword, wrong: 'Guess-Number-3', phone: phone.password, device: device.password, machine: machine.secret ?? machine.password, neighbour: neighbour.password,
    token: offer.token, short: offer.short_code, code: '60415937', session: device.cookie.split('=')[1]!, setting: 'Setting-Secret-93', setup: station.oneTimeCode,
  };
  for (const [name, secret] of Object.entries(secrets)) expect(secret?.length, name).toBeGreaterThan(5);
  await new Promise((done) => setTimeout(done, 500));
  const places = new Map<string, string>();
  for (const file of filesOf(station.data)) places.set(file, readFileSync(file, 'latin1'));
  const { setup, ...afterwards } = secrets;
  places.set('the log', station.output.replace(setup!, '')); // it is printed once, for the owner
  for (const path of ['/rooms', '/rooms/101', '/monitors', '/codes', '/settings', '/settings/schema', '/machine-accounts', '/stations', '/sessions', '/twins', '/panel', '/overview', '/journal?limit=500', '/state'])
    places.set(path, JSON.stringify(await station.expect('GET', path)));
  for (const [place, text] of places)
    for (const [name, secret] of Object.entries(place === 'the log' ? secrets : afterwards))
      expect(text.includes(secret), `${name} in ${place}`).toBe(false);
  const picture = await ask(station, 'GET', '/api/v1/snapshot.jpg');
  expect(picture.status).toBe(401);
});

test('security 16: floods are bounded and the door still opens', async () => {
  await ready();
  const from = stranger();
  const open: ReturnType<typeof connectTcp>[] = [];
  const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${station.process.pid}/status`, 'utf8'))![1]) / 1024;
  const before = memory();
  let refused = 0;
  for (let i = 0; i < 2_000; ++i) {
    const socket = connectTcp({ port: station.ports.http, host: '127.0.0.1', localAddress: from });
    socket.on('error', () => {}).on('close', () => { ++refused; });
    if (i % 2 === 0) socket.write('GET /api/v1/state HTTP/1.1\r\nX-Slow: '); // slow headers; the others say nothing
    open.push(socket);
  }
  const tls = Array.from({ length: 50 }, () => connectTls({ port: station.ports.https, host: '127.0.0.1', localAddress: stranger(), rejectUnauthorized: false }).on('error', () => {}));
  await station.waitFor('the cap on connections', async () => refused >= 1_900);
  const huge = await raw(station.ports.http, 'POST /api/v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n{', stranger());
  expect(huge.split(' ')[1]).toBe('413');
  const long = await raw(station.ports.http, `GET /${'a'.repeat(40_000)} HTTP/1.1\r\n\r\n`, stranger());
  expect(['431', '400', '414', undefined]).toContain(long.split(' ')[1]);

  const attacker = await SipAttacker.open(station, stranger());
  const times: number[] = [];
  const until = Date.now() + 3_000;
  let sent = 0;
  const flood = (async () => {
    while (Date.now() < until) {
      for (let i = 0; i < 40; ++i, ++sent) attacker.fire(sent % 2 ? 'REGISTER' : 'INVITE', `10${sent % 9}`);
      await new Promise((done) => setTimeout(done, 4));
    }
  })();
  await station.expect('PATCH', '/settings', { 'lock1.interval': 0 });
  while (Date.now() < until) {
    const began = performance.now();
    const answer = await station.call('POST', '/locks/1/unlock');
    times.push(performance.now() - began);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    await new Promise((done) => setTimeout(done, 100));
  }
  await flood;
  times.sort((a, b) => a - b);
  console.log(`under ${sent} SIP requests and ${open.length} connections: unlock median ${times[times.length >> 1]!.toFixed(1)} ms, worst ${times.at(-1)!.toFixed(1)} ms; memory ${before.toFixed(0)} to ${memory().toFixed(0)} MiB`);
  for (const socket of [...open, ...tls]) socket.destroy();
  attacker.close();
  expect((await ask(station, 'GET', '/api/v1/health')).status).toBe(200);
});

test('a stop in the middle of calls and requests is a clean one', async () => {
  await ready();
  const one = await station.addPhone('102');
  const phone = await SipAttacker.open(station, '127.0.0.1');
  expect(await phone.register(one.user, one.password)).toBe(200);
  await station.logIn();
  const gone = new Promise<number | null>((done) => station.process.once('exit', (code) => done(code)));
  void station.call('POST', '/calls', { to: '102' }).catch(() => {});
  station.process.kill('SIGTERM');
  const asked = Array.from({ length: 12 }, async (_, i) => {
    await new Promise((done) => setTimeout(done, 20 * i));
    await station.call('POST', '/calls', { to: '102' }).catch(() => {});
  });
  expect(await gone).toBe(0);
  await Promise.all(asked);
  phone.close();
});
