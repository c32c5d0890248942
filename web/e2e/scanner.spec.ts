// What the scanners find that try every SIP server on the net: SIPVicious, as Debian packs it.
import { expect, test } from '@playwright/test';

import { execFile } from 'node:child_process';

import { ready, station, stranger, underAttack } from './attacked.ts';
import { SipAttacker } from './sipAttacker.ts';

underAttack();

// Both streams of the program; how it ends says nothing.
const scan = (program: string, ...options: string[]) =>
  new Promise<string>((resolve) => {
    execFile(program, ['-p', String(station.ports.sip), '-b', stranger(), ...options, '127.0.0.1'], { timeout: 60_000 },
      (_error, out, complaints) => resolve(out + complaints));
  });
// What svwar was answered for one name, when it is made to go on.
const answered = async (method: string, name: string) => /Response: '(SIP\/2\.0 [^\\]+)/.exec(await scan('svwar', `-e${name}-${name}`, '-m', method, '--force'))?.[1];

test('security 9: svwar finds no extension by any method', async () => {
  await ready();
  await station.addPhone('101');
  for (const [method, refusal] of [['REGISTER', 'SIP/2.0 401 Unauthorized'], ['INVITE', 'SIP/2.0 407 Proxy Authentication Required'], ['OPTIONS', 'SIP/2.0 407 Proxy Authentication Required']] as const) {
    const report = await scan('svwar', '-e100-110', '-m', method);
    expect(report, method).toContain('replied with an authentication request for an unknown extension');
    expect(report, method).toContain('found nothing');
    // A room that is there and one that is not are answered alike.
    for (const name of ['101', '999']) expect(await answered(method, name), `${method} ${name}`).toBe(refusal);
  }
});

test('security 9: svcrack guesses no password, and keeps nobody else out', async () => {
  await ready();
  const phone = await station.addPhone('102');
  const owner = await SipAttacker.open(station, stranger()); // svcrack comes from 127.0.0.1, whatever it is told
  expect(await owner.register(phone.user, phone.password)).toBe(200);
  const report = await scan('svcrack', '-u', phone.user, '-r1-400');
  expect(report).toContain('found nothing');
  expect(report).not.toMatch(/password for .* is|^\| 102/im);
  await station.waitForEvent('sip.registration_refused'); // it did try
  expect(await owner.register(phone.user, phone.password)).toBe(200);
  owner.close();
});

test('security 9: svmap learns no more than that a SIP server is there', async () => {
  await ready();
  const report = await scan('svmap');
  expect(report).toMatch(/127\.0\.0\.1:\d+ \| unknown/);
  expect(report).not.toMatch(/8001|VDP|Lintel/);
});
