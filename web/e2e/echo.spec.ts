// The echo of the loudspeaker in a real call: the twin of the room's acoustics (a late, distorted path with reverberation) between
// the station's speaker and microphone, a real phone at the other end, which keeps what it hears.
import { expect, test } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Phone } from './baresip.ts';
import { level, likeness, readWav, type Sound } from './sound.ts';
import { Station } from './station.ts';

const folder = mkdtempSync(join(tmpdir(), 'lintel-echo-'));
const file = (name: string) => join(folder, name);
const nobody = file('nobody.wav'), resident = file('resident.wav'), visitor = file('visitor.wav');
const settle = 10;  // seconds until the canceller knows the path
const measured = 6;

test.setTimeout(120_000);

test.beforeAll(() => {
  // Voices longer than a call; of two channels, as baresip takes no other here.
  const speak = (path: string, voice: string, words: string) => {
    execFileSync('espeak-ng', ['-v', voice, '-s', '150', '-w', file('spoken.wav'), `${words} `.repeat(6)]);
    execFileSync('sox', [file('spoken.wav'), '-r', '48000', '-c', '2', path, 'norm', '-6']);
  };
  speak(resident, 'en+f3', 'Yes hello, who is there? Come up to the second floor and leave it with the neighbour, please. I open now.');
  speak(visitor, 'en', 'Good evening. Here is the parcel for the second floor. Please open the door for me. Thank you very much.');
  execFileSync('sox', ['-n', '-r', '48000', '-b', '16', '-c', '2', nobody, 'trim', '0', '30']);
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

const decibels = (sound: Sound) => 20 * Math.log10(Math.max(level(sound), 1e-6));
const difference = (one: Sound, other: Sound) => decibels(one) - decibels(other);

// What the phone hears of a call in which `far` speaks into it and `near` stands at the door, after the canceller has settled.
async function heard(near: string, far: string, cancelling = true): Promise<Sound> {
  const station = await Station.start(['--microphone', `room:${near}`]);
  let phone: Phone | undefined;
  try {
    await station.setUp(['101']);
    await station.expect('PATCH', '/settings', { 'audio.echo_cancellation': cancelling });
    const account = await station.addPhone('101');
    phone = await Phone.start({ user: account.user, password: account.password, port: station.ports.sip, audio: `aufile,${far}` });
    await station.waitForEvent('monitor.registered');
    await station.press('1', '0', '1', 'call');
    await phone.waitFor('CALL_INCOMING');
    phone.answer();
    await station.waitForEvent('call.answered');
    await new Promise((done) => setTimeout(done, (settle + measured + 1) * 1000));
    phone.hangUp();
    await phone.waitFor('CALL_CLOSED');
    const { rate, samples } = readWav(phone.heard);
    expect(samples.length / rate, 'seconds recorded').toBeGreaterThan(settle + measured - 1);
    return { rate, samples: samples.subarray(settle * rate, (settle + measured) * rate) };
  } finally {
    await phone?.stop();
    await station.stop();
  }
}

test('C25: the echo of who speaks into the phone is 30 dB quieter than without the canceller', async () => {
  const echo = await heard(nobody, resident, false);
  expect(level(echo), 'there is an echo to cancel').toBeGreaterThan(0.01);
  const rest = await heard(nobody, resident);
  console.log(`echo return loss enhancement in a call: ${difference(echo, rest).toFixed(1)} dB`);
  expect(difference(echo, rest)).toBeGreaterThan(30);
});

test('C25: who stands at the door is heard as loud, and as well, while both speak', async () => {
  const alone = await heard(visitor, nobody);
  const both = await heard(visitor, resident);
  console.log(`the visitor in double talk: ${difference(both, alone).toFixed(1)} dB, likeness ${likeness(readWav(visitor), both).toFixed(2)}`);
  expect(Math.abs(difference(both, alone)), 'dB between alone and double talk').toBeLessThan(3);
  expect(likeness(readWav(visitor), both), "the visitor's voice").toBeGreaterThan(0.7);
});
