// What a resident may see, and what nobody may: secrets.
import { expect, test } from '@playwright/test';

import { readFileSync } from 'node:fs';

import { as, logIn, pair, ready, station, stranger, underAttack } from './attacked.ts';
import { ask } from './attacker.ts';
import { adminPassword, filesOf } from './station.ts';

underAttack();

const offerOfAViewer = [
  'v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0', 'm=video 9 UDP/TLS/RTP/SAVPF 102', 'c=IN IP4 0.0.0.0',
  'a=rtcp:9 IN IP4 0.0.0.0', 'a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuvwx', 'a=ice-options:trickle',
  `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`, 'a=setup:actpass', 'a=mid:0', 'a=recvonly', 'a=rtcp-mux',
  'a=rtpmap:102 H264/90000', 'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f', '',
].join('\r\n');

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
  await logIn('admin', 'Guess-Number-3', stranger());
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
