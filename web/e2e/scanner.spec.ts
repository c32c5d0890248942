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
const rows = (report: string) => [...report.matchAll(/^\| (\S+) +\| +(\S+) +\|/gm)].map((row) => [row[1]!, row[2]!] as const).filter(([name]) => name !== 'Extension');

test('security 9: svwar finds no extension by any method', async () => {
  await ready();
  await station.addPhone('101');
  for (const method of ['REGISTER', 'INVITE', 'OPTIONS']) {
    expect(rows(await scan('svwar', '-e100-110', '-m', method)), method).toEqual([]);
    // Made to go on, it hears the same for rooms that are there and rooms that are not.
    const forced = rows(await scan('svwar', '-e100-110', '-m', method, '--force'));
    expect(new Set(forced.map(([, said]) => said)).size, `${method}: ${forced.join(' ')}`).toBeLessThanOrEqual(1);
    expect([0, 11], method).toContain(forced.length);
    expect(forced.some(([, said]) => said === 'noauth'), method).toBe(false);
  }
});

test('security 9: svcrack guesses no password, and keeps nobody else out', async () => {
  await ready();
  const phone = await station.addPhone('102');
  const owner = await SipAttacker.open(station, stranger()); // svcrack comes from 127.0.0.1, whatever it is told
  expect(await owner.register(phone.user, phone.password)).toBe(200);
  expect(await scan('svcrack', '-u', phone.user, '-r1-400')).not.toMatch(/password for .* is|^\| 102/im);
  expect(await owner.register(phone.user, phone.password)).toBe(200);
  owner.close();
});

test('security 9: svmap learns no more than that a SIP server is there', async () => {
  await ready();
  const report = await scan('svmap');
  expect(report).not.toMatch(/8001|VDP|\d+\.\d+\.\d+[a-z-]/);
});
