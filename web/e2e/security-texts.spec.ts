// Hostile texts in every field.
import { expect, test } from '@playwright/test';

import { readdirSync } from 'node:fs';

import { ready, station, stranger, underAttack } from './attacked.ts';
import { ask } from './attacker.ts';
import { adminPassword } from './station.ts';

underAttack();

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
