// A station that only pretends: the REST contract in memory, for looking at the pages. Development and page tests only.
//   MOCK_PORT=5190 MOCK_FRESH=1 (before set-up) MOCK_DIST=build/mock node mock/server.mjs
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { cards, codes, journal, locks, monitors, overview, rooms, schema, stations, twins, values } from './data.mjs';

const port = Number(process.env.MOCK_PORT ?? 5190);
const dist = new URL(`../${process.env.MOCK_DIST ?? 'dist'}/`, import.meta.url).pathname;
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.png': 'image/png', '.webmanifest': 'application/manifest+json' };
// The policy the station sends, so that a page which would break under it breaks here first.
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self' ws: wss:; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

let initialised = !process.env.MOCK_FRESH;
const sessions = new Map();
const streams = new Set();
const panel = { display: { lines: ['panel.idle'], kind: 'idle' }, lights: { call: false, talk: false, unlock: false }, input: '', locked_until: null, mode: 'call', reader: { light: 'ready' } };
const machines = [{ name: 'recorder', rights: ['rtsp'], created_at: new Date().toISOString() }];
let sequence = 1000;

const picture = await new Promise((resolve) => {
  const clip = '/usr/share/doc/opencv-doc/examples/data/vtest.avi';
  const source = existsSync(clip) ? ['-ss', '3', '-i', clip] : ['-f', 'lavfi', '-i', 'testsrc2=s=1280x720'];
  const run = spawn('ffmpeg', ['-v', 'error', ...source, '-frames:v', '1', '-vf', 'scale=1280:720:force_original_aspect_ratio=increase,crop=1280:720', '-f', 'image2pipe', '-c:v', 'mjpeg', '-']);
  const chunks = [];
  run.stdout.on('data', (chunk) => chunks.push(chunk));
  run.on('close', () => resolve(Buffer.concat(chunks)));
  run.on('error', () => resolve(Buffer.alloc(0)));
});

const fail = (status, code, message, extra = {}) => ({ status, body: { error: { code, message, ...extra } } });
const invalid = (errors) => fail(422, 'invalid', 'Some values are not allowed.', { errors });
const ok = (body, status = 200, headers = {}) => ({ status, body, headers });
const broadcast = (event, data, id) => {
  for (const stream of streams) stream.write(`${id ? `id: ${id}\n` : ''}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
};
function note(kind, event, message, extra = {}) {
  const entry = { id: ++sequence, time: new Date().toISOString(), kind, event, severity: 'information', message, room: '', door: '', subject: '', fields: [], ...extra };
  journal.unshift(entry);
  broadcast('journal', entry, entry.id);
}
const publish = () => broadcast('panel', panel);

function press(key) {
  if (key === 'hangup') Object.assign(panel, { input: '', display: { lines: ['panel.idle'], kind: 'idle' }, lights: { call: false, talk: false, unlock: false } });
  else if (key === 'call') {
    const known = rooms.some((room) => room.number === panel.input);
    panel.display = known ? { lines: [{ id: 'panel.ringing', arguments: [panel.input], text: `Ringing at ${panel.input}` }], kind: 'calling' } : { lines: [`panel.no_such_room ${panel.input}`], kind: 'error' };
    panel.lights.call = known;
    note('call', known ? 'call.dialled' : 'call.refused', known ? `Room ${panel.input} was called from the panel.` : `Room ${panel.input} does not exist.`);
    panel.input = '';
  } else if (key.length === 1) {
    panel.input = (panel.input + key).slice(0, 12);
    panel.display = { lines: ['panel.enter_number'], kind: 'dialling' };
  }
  publish();
  return ok(panel);
}

function open(number) {
  const lock = locks.find((one) => one.number === number);
  if (!lock) return fail(404, 'unknown_lock', `There is no lock ${number}.`);
  const set = (state) => {
    lock.state = state;
    broadcast('lock', { number, state });
  };
  set('unlocked');
  panel.lights.unlock = true;
  publish();
  note('unlock', 'access.unlocked', `${lock.name} was opened by admin.`, { door: String(number) });
  setTimeout(() => {
    set('locked');
    panel.lights.unlock = false;
    publish();
  }, 3_000);
  return ok({ state: 'unlocked' });
}

function journalPage(query) {
  const limit = Number(query.get('limit') ?? 50);
  const text = (query.get('text') ?? '').toLowerCase();
  const found = journal.filter((entry) =>
    (!query.get('kind') || entry.kind === query.get('kind')) && (!query.get('room') || entry.room === query.get('room')) && (!query.get('door') || entry.door === query.get('door')) &&
    (!query.get('from') || entry.time >= query.get('from')) && (!query.get('to') || entry.time <= query.get('to')) && (!text || entry.message.toLowerCase().includes(text)));
  const start = Number(query.get('cursor') ?? 0);
  return ok({ items: found.slice(start, start + limit), next_cursor: start + limit < found.length ? String(start + limit) : null });
}

function patchSettings(body) {
  const errors = [];
  for (const [key, value] of Object.entries(body)) {
    const setting = schema.settings.find((one) => one.key === key);
    if (!setting) errors.push({ field: key, message: 'There is no such setting.', value });
    else if (typeof value === 'number' && (value < setting.minimum || value > setting.maximum)) errors.push({ field: key, message: `${setting.title}: ${value} is not between ${setting.minimum} and ${setting.maximum}.`, value, limit: `${setting.minimum} to ${setting.maximum}` });
    else if (key === 'calls.centre' && !/^\d{1,9}$/.test(value)) errors.push({ field: key, message: 'Number of the centre: only digits, at most nine.', value });
  }
  if (errors.length) return invalid(errors);
  for (const [key, value] of Object.entries(body)) values[key] = schema.settings.find((one) => one.key === key).type === 'secret' ? { set: !!value } : value;
  return ok({ changed: Object.keys(body), restart_needed: Object.keys(body).some((key) => schema.settings.find((one) => one.key === key).applies === 'restart') });
}

function login(body) {
  if (body.password === 'wrong') return fail(401, 'wrong_credentials', 'Account or password is not right.');
  const role = body.account === 'admin' ? 'admin' : body.account?.startsWith('panel') ? 'panel' : 'monitor';
  const id = `s${++sequence}`;
  const session = { account: body.account, role, room: role === 'monitor' ? '101' : undefined, csrf: `csrf-${id}`, idle_minutes: 10 };
  sessions.set(id, session);
  return ok(session, 200, { 'Set-Cookie': `lintel_session=${id}; HttpOnly; SameSite=Strict; Path=/` });
}

const listed = (list, key) => ({
  get: () => ok({ items: list, total: list.length }),
  create: (body) => {
    if (list.some((one) => String(one[key]) === String(body[key]))) return fail(409, 'exists', `${body[key]} exists already.`, { field: key, value: body[key] });
    list.push(body);
    return ok(body, 201);
  },
  change: (id, body) => ok(Object.assign(list.find((one) => String(one[key]) === id) ?? {}, body)),
  remove: (id) => {
    const at = list.findIndex((one) => String(one[key]) === id);
    if (at >= 0) list.splice(at, 1);
    return ok(undefined, 204);
  },
});
const room = listed(rooms, 'number');
const station = listed(stations, 'number');
const code = listed(codes, 'id');
const card = listed(cards, 'id');

// The next unknown card is held by itself after a while.
let issue = { state: 'idle' };
let holding;
function tellIssue(next) {
  clearTimeout(holding);
  issue = next;
  broadcast('card', issue);
  return ok(issue, 201);
}
function beginIssue(body) {
  const until = new Date(Date.now() + 30_000).toISOString();
  const answer = tellIssue({ state: 'awaited', room: body.room, by: 'admin', until });
  holding = setTimeout(() => {
    const made = { id: ++sequence, ending: '0FEE', name: '', room: body.room, locks: body.locks, main: false, lost: false };
    cards.push(made);
    tellIssue({ state: 'issued', room: body.room, by: 'admin', card: made });
  }, 5_000);
  return answer;
}

function batch(body) {
  const created = [];
  const skipped = [];
  const step = Number(body.second_floor_first_number) - Number(body.first_number);
  for (let floor = 0; floor < body.floors; floor += 1)
    for (let at = 0; at < body.rooms_per_floor; at += 1) {
      const number = String(Number(body.first_number) + floor * step + at);
      if (rooms.some((one) => one.number === number)) skipped.push({ number, reason: 'exists already' });
      else {
        rooms.push({ number, monitors: 0, online: 0 });
        created.push(number);
      }
    }
  return ok({ created, skipped }, 201);
}

const pairing = (body) => ok({ token: 'mock-token', short_code: 'K7QD4M', path: `/${body.kind}#pair=mock-token`, expires_at: new Date(Date.now() + 300_000).toISOString() }, 201);
const paired = (body) => {
  if (body.short_code === 'WRONG') return fail(404, 'unknown_code', 'This code is not known, or its time is over.');
  const kind = body.token?.includes('panel') || body.short_code === 'PANEL' ? 'panel' : 'monitor';
  return ok({ kind, account: kind === 'panel' ? 'panel-1' : '101#1', password: 'secret', room: kind === 'panel' ? undefined : '101', station: { name: 'Main entrance', number: '8001' }, sip: { uri: 'sip:101%231@VDP', user: '101#1', password: 'secret', domain: 'VDP', ws_path: '/sip' } });
};

/** [method, pattern, handler({ id, body, query, session })] */
const routes = [
  ['POST', /^\/setup$/, ({ body }) => (body.code !== '123456' ? fail(422, 'invalid', 'This is not the code that the station printed.', { field: 'code' }) : ((initialised = true), ok({ account: 'admin' }, 201)))],
  ['GET', /^\/overview$/, () => ok(overview())],
  ['GET', /^\/settings\/schema$/, () => ok(schema)],
  ['GET', /^\/settings$/, () => ok({ values })],
  ['PATCH', /^\/settings$/, ({ body }) => patchSettings(body)],
  ['POST', /^\/rooms\/batch$/, ({ body }) => batch(body)],
  ['GET', /^\/rooms$/, ({ query }) => { const text = query.get('text') ?? ''; const items = rooms.filter((one) => one.number.includes(text) || one.last_name?.toLowerCase().includes(text.toLowerCase())); const limit = Number(query.get('limit') ?? 100); const start = Number(query.get('cursor') ?? 0); return ok({ items: items.slice(start, start + limit), total: items.length, next_cursor: start + limit < items.length ? String(start + limit) : null }); }],
  ['POST', /^\/rooms$/, ({ body }) => (/^[0-9A-Za-z]{1,6}$/.test(body.number ?? '') ? room.create({ monitors: 0, online: 0, ...body }) : invalid([{ field: 'number', message: 'Number: at most six letters or digits.', value: body.number, limit: '1 to 6' }]))],
  ['DELETE', /^\/rooms$/, ({ body }) => (body?.password ? ((rooms.length = 0), ok(undefined, 204)) : fail(403, 'password', 'The password is needed.', { field: 'password' }))],
  ['PATCH', /^\/rooms\/([^/]+)$/, ({ id, body }) => room.change(id, body)],
  ['DELETE', /^\/rooms\/([^/]+)$/, ({ id }) => room.remove(id)],
  ['GET', /^\/stations$/, station.get],
  ['POST', /^\/stations$/, ({ body }) => { const made = station.create(body); return made.status === 201 ? ok({ ...body, password: 'p9Lk-33Wd-r2Tn' }, 201) : made; }],
  ['PATCH', /^\/stations\/([^/]+)$/, ({ id, body }) => station.change(id, body)],
  ['DELETE', /^\/stations\/([^/]+)$/, ({ id }) => station.remove(id)],
  ['GET', /^\/monitors$/, ({ query }) => ok({ items: monitors.filter((one) => !query.get('room') || one.room === query.get('room')) })],
  ['POST', /^\/monitors$/, ({ body }) => { const account = `${body.room}#${monitors.length}`; monitors.push({ account, online: false, ...body }); return ok({ account, user: account, password: 'h7Kq-29Xw-mB4t', domain: 'VDP', server: '192.168.1.10', ports: { udp: 5060, tcp: 5060, tls: 5061 } }, 201); }],
  ['PATCH', /^\/monitors\/([^/]+)$/, ({ id, body }) => listed(monitors, 'account').change(id, body)],
  ['DELETE', /^\/monitors\/([^/]+)$/, ({ id }) => listed(monitors, 'account').remove(id)],
  ['POST', /^\/pairings$/, ({ body }) => pairing(body)],
  ['GET', /^\/locks$/, () => ok({ items: locks })],
  ['POST', /^\/locks\/(\d+)\/unlock$/, ({ id }) => open(Number(id))],
  ['GET', /^\/cards$/, card.get],
  ['GET', /^\/cards\/issue$/, () => ok(issue)],
  ['POST', /^\/cards\/issue$/, ({ body }) => beginIssue(body)],
  ['DELETE', /^\/cards\/issue$/, () => (tellIssue({ state: 'cancelled', room: issue.room }), ok(undefined, 204))],
  ['PATCH', /^\/cards\/([^/]+)$/, ({ id, body }) => card.change(id, body)],
  ['DELETE', /^\/cards\/([^/]+)$/, ({ id }) => card.remove(id)],
  ['GET', /^\/codes$/, code.get],
  ['POST', /^\/codes$/, ({ body }) => (/^\d{4,12}$/.test(body.code) ? code.create({ ...body, code: undefined, id: ++sequence }) : invalid([{ field: 'code', message: 'Code: four to twelve digits.', limit: '4 to 12' }]))],
  ['PATCH', /^\/codes\/([^/]+)$/, ({ id, body }) => code.change(id, body)],
  ['DELETE', /^\/codes\/([^/]+)$/, ({ id }) => code.remove(id)],
  ['GET', /^\/journal$/, ({ query }) => journalPage(query)],
  ['GET', /^\/panel$/, () => ok(panel)],
  ['POST', /^\/panel\/keys$/, ({ body }) => press(body.key)],
  ['GET', /^\/twins$/, () => ok({ items: twins })],
  ['POST', /^\/twins\/([^/]+)$/, ({ id, body }) => { const twin = twins.find((one) => one.name === id); twin.state = body.action; return ok(twin); }],
  ['GET', /^\/sessions$/, ({ session }) => ok({ items: [...sessions].map(([id, one]) => ({ id, account: one.account, role: one.role, address: '192.168.1.20', browser: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0', began: new Date().toISOString(), current: one === session })) })],
  ['DELETE', /^\/sessions\/([^/]+)$/, ({ id }) => (sessions.delete(id), ok(undefined, 204))],
  ['POST', /^\/password$/, ({ body }) => (body.password.length < 8 ? invalid([{ field: 'password', message: 'Password: at least 8 characters.' }]) : ok(undefined, 204))],
  ['PUT', /^\/email$/, () => ok(undefined, 204)],
  ['GET', /^\/machine-accounts$/, () => ok({ items: machines })],
  ['POST', /^\/machine-accounts$/, ({ body }) => { machines.push(body); return ok({ ...body, secret: 'v3R7-qq1Z-88xk' }, 201); }],
  ['DELETE', /^\/machine-accounts\/([^/]+)$/, ({ id }) => listed(machines, 'name').remove(id)],
  ['GET', /^\/calls$/, () => ok({ items: [] })],
  ['POST', /^\/logout$/, () => ok(undefined, 204, { 'Set-Cookie': 'lintel_session=; Max-Age=0; Path=/' })],
];

function answer(request, url, body) {
  const path = decodeURI(url.pathname.slice('/api/v1'.length)).replace(/%23/g, '#');
  const id = /lintel_session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
  const session = sessions.get(id);
  if (path === '/state') return ok({ initialised, version: '0.1.0', station: { name: 'Main entrance', number: '8001', language: 'browser' }, session: session ?? null });
  if (path === '/login') return login(body);
  if (path === '/pair') return paired(body);
  if (path !== '/setup' && !session) return fail(401, 'login', 'Log in first.');
  if (request.method !== 'GET' && path !== '/setup' && request.headers['x-lintel-csrf'] !== session.csrf) return fail(403, 'csrf', 'The request did not come from this page.');
  for (const [method, pattern, handle] of routes) {
    const match = method === request.method && pattern.exec(path);
    if (match) return handle({ id: match[1], body: body ?? {}, query: url.searchParams, session });
  }
  return path.startsWith('/whep') || path === '/whip' ? fail(503, 'no_media', 'The mock station has no live video.') : fail(404, 'not_found', `The mock station does not know ${path}.`);
}

function file(url, response) {
  const name = url.pathname === '/' ? '/index.html' : url.pathname === '/monitor' || url.pathname === '/panel' ? `${url.pathname}.html` : url.pathname;
  const path = join(dist, normalize(name));
  if (!path.startsWith(dist) || !existsSync(path)) return response.writeHead(404).end('not found');
  response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream', 'Content-Security-Policy': CSP, 'Cache-Control': 'no-cache' });
  response.end(readFileSync(path));
}

createServer(async (request, response) => {
  const url = new URL(request.url, 'http://station');
  if (!url.pathname.startsWith('/api/')) return file(url, response);
  if (url.pathname === '/api/v1/snapshot.jpg') return response.writeHead(picture.length ? 200 : 503, { 'Content-Type': 'image/jpeg', 'Cache-Control': 'no-store' }).end(picture);
  if (url.pathname === '/api/v1/events') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.write(`event: hello\ndata: ${JSON.stringify({ panel, locks, calls: [], camera: overview().camera })}\n\n`);
    streams.add(response);
    return request.on('close', () => streams.delete(response));
  }
  let text = '';
  for await (const chunk of request) text += chunk;
  let body;
  try {
    body = text && request.headers['content-type']?.includes('json') ? JSON.parse(text) : undefined;
  } catch {
    body = undefined;
  }
  const result = answer(request, url, body);
  response.writeHead(result.status, { 'Content-Type': 'application/json', ...result.headers });
  response.end(result.body === undefined ? '' : JSON.stringify(result.body));
}).listen(port, '127.0.0.1', () => console.log(`mock station at http://127.0.0.1:${port}`));
