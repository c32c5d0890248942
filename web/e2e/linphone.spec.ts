// Linphone as the phone of a room: another SIP stack, another H.264 decoder and another way to write '#' than baresip's.
import { expect, test } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { Linphone, type LinphoneOptions } from './linphone.ts';
import { likeness, readWav } from './sound.ts';
import { Station } from './station.ts';

let station: Station;
let phone: Linphone | undefined;

test.afterEach(async () => {
  await phone?.stop();
  phone = undefined;
  await station.stop();
});

async function registered(transport: 'udp' | 'tcp' | 'tls', digits: 'rfc4733' | 'info', options: string[] = [], encryption?: LinphoneOptions['encryption']): Promise<Linphone> {
  station = await Station.start(options);
  await station.setUp(['101']);
  const root = transport === 'tls' ? String((await station.call('GET', '/certificate/root.pem')).body) : undefined;
  const account = await station.addPhone('101');
  phone = await Linphone.start({ ...account, transport, digits, root, encryption, port: transport === 'tls' ? station.ports.sips : station.ports.sip });
  await station.waitForEvent('monitor.registered');
  return phone;
}

async function answered(ringing: Linphone): Promise<void> {
  await station.press('1', '0', '1', 'call');
  await station.waitFor('Linphone to ring', async () => (await ringing.state()) === 'IncomingReceived');
  await ringing.ask('answer 1');
  await station.waitForEvent('call.answered');
}

const seesAndHears = async (one: Linphone) => {
  await station.waitFor('a decoded picture', async () => one.decodedPicture());
  expect(await one.ask('call-stats 1')).toMatch(/Mime: opus[^]*Mime: H264/);
  await station.waitFor('sound', async () => /Type: Audio[^]*?JitterBufferSizeMs: [1-9]/.test(await one.ask('call-stats 1')));
};

for (const [transport, digits] of [['udp', 'rfc4733'], ['tcp', 'info'], ['tls', 'rfc4733']] as const)
  test(`C01 C12 C24 C25 A06: Linphone over ${transport} rings, sees and hears, and opens with # by ${digits}`, async () => {
    const ringing = await registered(transport, digits);
    await answered(ringing);
    await seesAndHears(ringing);
    await ringing.ask('dtmf #');
    const opened = await station.waitForEvent('access.unlocked');
    expect(opened.subject).toBe('101#0');
    expect(ringing.log.includes('INFO sip:'), 'the way of the digit').toBe(digits === 'info');
    await ringing.ask('terminate 1');
    await station.waitForEvent('call.ended');
  });

// Linphone looks at no key beside plain RTP, but takes SRTP alone whatever its own setting.
for (const [setting, encryption] of [['optional', 'srtp-mandatory'], ['compulsory', undefined], ['compulsory', 'srtp-mandatory']] as const)
  test(`C21: encryption is ${setting} here, and ${encryption ?? 'off'} in Linphone: the call is encrypted`, async () => {
    const ringing = await registered('tls', 'rfc4733', [], encryption);
    await station.expect('PATCH', '/settings', { 'call.encryption': setting });
    await answered(ringing);
    await seesAndHears(ringing);
    expect(ringing.log).toContain('Negotiated media encryption is LinphoneMediaEncryptionSRTP');
    await ringing.ask('terminate 1');
    await station.waitForEvent('call.ended');
  });

test('C25: what is said into Linphone comes out of the loudspeaker at the door', async () => {
  const folder = test.info().outputPath();
  const [speech, loudspeaker] = [test.info().outputPath('speech.wav'), join(folder, 'loudspeaker.wav')];
  execFileSync('espeak-ng', ['-w', speech, 'Good evening. Please leave the parcel in front of the door on the second floor. Thank you very much.']);
  const ringing = await registered('udp', 'rfc4733', ['--speaker', loudspeaker]);
  await answered(ringing);
  await ringing.ask(`incall-player-start ${speech} 1`);
  await station.waitFor('the voice at the door', async () => likeness(readWav(speech), readWav(loudspeaker)) > 0.7, 20_000);
});

for (const transport of ['tcp', 'tls'] as const)
  test(`C16 C33: Linphone calls the station over ${transport}, is answered by it, looks and listens`, async () => {
    const calling = await registered(transport, 'rfc4733');
    await calling.ask('call sip:8001@VDP');
    await station.waitForEvent('call.incoming');
    await station.waitFor('a running call', async () => (await calling.state()) === 'StreamsRunning');
    await seesAndHears(calling);
    await calling.ask('terminate 1');
    await station.waitForEvent('call.ended');
  });
