// Calls with SIP phones that are encrypted, may be, or must be (C21), with phones of every mind:
//
//   setting       phone knows none   phone may (srtp)   phone insists (srtp-mand)
//   off           plain              plain              –
//   optional      plain              encrypted          encrypted
//   compulsory    refused in words   encrypted          encrypted
import { expect, test } from '@playwright/test';

import { Phone } from './baresip.ts';
import { level, readWav } from './sound.ts';
import { Station } from './station.ts';

let station: Station;
const phones: Phone[] = [];

test.afterEach(async () => {
  for (const phone of phones.splice(0)) await phone.stop();
  await station.stop();
});

async function start(encryption: 'off' | 'optional' | 'compulsory'): Promise<void> {
  station = await Station.start();
  await station.setUp(['101']);
  const outcome = await station.expect('PATCH', '/settings', { 'call.encryption': encryption });
  expect(outcome.restart_needed).toBe(false);
}

async function addPhone(mediaEncryption?: string, transport: 'udp' | 'tls' = 'udp'): Promise<Phone> {
  const account = await station.addPhone('101');
  const phone = await Phone.start({ user: account.user, password: account.password, mediaEncryption, transport,
    port: transport === 'tls' ? station.ports.sips : station.ports.sip });
  phones.push(phone);
  await station.waitFor('the registration', async () =>
    (await station.journal()).filter((entry) => entry.event === 'monitor.registered').length === phones.length);
  return phone;
}

const isEncrypted = (phone: Phone) => phone.output.includes('SRTP is Enabled');

async function soundAndPicture(phone: Phone): Promise<void> {
  await station.waitFor('a decoded picture', async () => phone.snapshot());
  await station.waitFor('the visitor\'s voice at the phone', async () => level(readWav(phone.heard)) > 0.01);
  phone.hangUp();
  await station.waitForEvent('call.ended');
}

for (const { setting, phone: mediaEncryption, transport, encrypted } of [
  { setting: 'off', phone: undefined, encrypted: false },
  { setting: 'off', phone: 'srtp', encrypted: false },
  { setting: 'optional', phone: undefined, encrypted: false },
  { setting: 'optional', phone: 'srtp', encrypted: true },
  { setting: 'optional', phone: 'srtp-mand', encrypted: true },
  { setting: 'compulsory', phone: 'srtp', encrypted: true },
  { setting: 'compulsory', phone: 'srtp-mand', transport: 'tls', encrypted: true },
] as const)
  test(`C21: ${setting}, and the phone ${mediaEncryption ?? 'knows none'}: the call is ${encrypted ? 'encrypted' : 'plain'}`, async () => {
    await start(setting);
    const phone = await addPhone(mediaEncryption, transport);
    await station.press('1', '0', '1', 'call');
    await phone.waitFor('CALL_INCOMING');
    phone.answer();
    await station.waitForEvent('call.answered');
    await soundAndPicture(phone);
    expect(isEncrypted(phone)).toBe(encrypted);
  });

test('C21: compulsory, and the phone knows none: the call is refused, and the panel and the journal say why', async () => {
  await start('compulsory');
  const phone = await addPhone();
  await station.press('1', '0', '1', 'call');
  const panel = await station.waitFor('the words', async () => {
    if (phone.events.some((event) => event.type === 'CALL_INCOMING')) phone.answer();
    const state = await station.expect('GET', '/panel');
    return state.display.lines[0].id === 'panel.no_encryption' && state;
  });
  expect(panel.display.kind).toBe('error');
  const failed = await station.waitForEvent('call.failed');
  expect(failed.fields).toContainEqual({ name: 'reason', value: 'no_encryption' });
  await station.waitFor('a quiet front', async () => (await station.expect('GET', '/calls')).items.length === 0);
  expect((await station.journal()).some((entry) => entry.event === 'call.answered')).toBe(false);
});

test('C21 C01: compulsory, and one phone of the room cannot: the other one goes on ringing and is answered', async () => {
  await start('compulsory');
  const plain = await addPhone();
  const able = await addPhone('srtp-mand');
  await station.press('1', '0', '1', 'call');
  await able.waitFor('CALL_INCOMING');
  await station.waitFor('the refusal of the one', async () => {
    if (plain.events.some((event) => event.type === 'CALL_INCOMING')) plain.answer();
    return (await station.journal()).find((entry) => entry.event === 'call.failed');
  });
  able.answer();
  await station.waitForEvent('call.answered');
  await soundAndPicture(able);
  expect(isEncrypted(able)).toBe(true);
});

test('C21: a phone that calls the station is held to the same', async () => {
  await start('compulsory');
  const plain = await addPhone();
  const able = await addPhone('srtp-mand');
  plain.dial('sip:8001@VDP');
  await plain.waitFor('CALL_CLOSED');
  const refused = await station.waitForEvent('call.rejected');
  expect(refused.fields).toContainEqual({ name: 'reason', value: 'no_encryption' });
  expect((await station.expect('GET', '/panel')).display.lines[0].id).toBe('panel.no_encryption');
  able.dial('sip:8001@VDP');
  await able.waitFor('CALL_ESTABLISHED');
  await soundAndPicture(able);
  expect(isEncrypted(able)).toBe(true);
});

test('C21 C20: a new setting leaves the call that runs alone, and is for the next one', async () => {
  await start('off');
  const phone = await addPhone('srtp');
  await station.press('1', '0', '1', 'call');
  await phone.waitFor('CALL_INCOMING');
  phone.answer();
  await station.waitForEvent('call.answered');
  await station.expect('PATCH', '/settings', { 'call.encryption': 'compulsory', 'call.user_agent': 'Door 7', 'call.session_timer': true });
  phone.digit('#');
  await station.waitForEvent('access.unlocked');
  await soundAndPicture(phone);
  expect(isEncrypted(phone)).toBe(false);

  phone.events.length = 0;
  await station.press('1', '0', '1', 'call');
  await phone.waitFor('CALL_INCOMING');
  phone.answer();
  await phone.waitFor('CALL_ESTABLISHED');
  await station.waitFor('encryption', async () => isEncrypted(phone));
});

test('C21: switched off, a phone that insists is still answered encrypted', async () => {
  await start('off');
  const phone = await addPhone('srtp-mand');
  phone.dial('sip:8001@VDP');
  await phone.waitFor('CALL_ESTABLISHED');
  await soundAndPicture(phone);
  expect(isEncrypted(phone)).toBe(true);
});
