// Strangers and neighbours on SIP.
import { expect, test } from '@playwright/test';

import { randomBytes } from 'node:crypto';

import { ready, station, stranger, underAttack } from './attacked.ts';
import { SipAttacker } from './sipAttacker.ts';

underAttack();

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
