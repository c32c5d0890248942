// Guessing: of passwords, codes, digests, pairings and SIP accounts.
import { expect, test } from '@playwright/test';

import { as, logIn, pair, ready, station, stranger, underAttack } from './attacked.ts';
import { ask, credentialsFor } from './attacker.ts';
import { SipAttacker } from './sipAttacker.ts';
import { adminPassword } from './station.ts';

underAttack();

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
