// Floods, and a stop under load.
import { expect, test } from '@playwright/test';

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';

import { ready, station, stranger, underAttack } from './attacked.ts';
import { ask, raw } from './attacker.ts';
import { SipAttacker } from './sipAttacker.ts';

underAttack();

test('security 16: floods are bounded and the door still opens', async () => {
  await ready();
  const from = stranger();
  const open: ReturnType<typeof connectTcp>[] = [];
  const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${station.process.pid}/status`, 'utf8'))![1]) / 1024;
  const before = memory();
  let refused = 0;
  for (let i = 0; i < 2_000; ++i) {
    const socket = connectTcp({ port: station.ports.http, host: '127.0.0.1', localAddress: from });
    socket.on('error', () => {}).on('close', () => { ++refused; });
    if (i % 2 === 0) socket.write('GET /api/v1/state HTTP/1.1\r\nX-Slow: '); // slow headers; the others say nothing
    open.push(socket);
  }
  const tls = Array.from({ length: 50 }, () => connectTls({ port: station.ports.https, host: '127.0.0.1', localAddress: stranger(), rejectUnauthorized: false }).on('error', () => {}));
  await station.waitFor('the cap on connections', async () => refused >= 1_900);
  const huge = await raw(station.ports.http, 'POST /api/v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n{', stranger());
  expect(huge.split(' ')[1]).toBe('413');
  const long = await raw(station.ports.http, `GET /${'a'.repeat(40_000)} HTTP/1.1\r\n\r\n`, stranger());
  expect(['431', '400', '414', undefined]).toContain(long.split(' ')[1]);

  // One source sends far more than one may, without credentials; two hundred others less each, half of it with wrong ones.
  const known = await station.addPhone('102');
  const phone = await SipAttacker.open(station, '127.0.0.1');
  const wrong = spawn('python3', [join(import.meta.dirname, '../../bench/unlock/flood.py'), 'sip', String(station.ports.sip), '4000'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  wrong.stdout.on('data', (chunk) => { said += chunk; });
  await station.waitFor('the flood', async () => said.includes('ready'));
  const attacker = await SipAttacker.open(station, stranger());
  const times: number[] = [];
  const until = Date.now() + 3_000;
  let sent = 0;
  const flood = (async () => {
    while (Date.now() < until) {
      for (let i = 0; i < 40; ++i, ++sent) attacker.fire(sent % 2 ? 'REGISTER' : 'INVITE', `10${sent % 9}`);
      await new Promise((done) => setTimeout(done, 4));
    }
  })();
  await station.expect('PATCH', '/settings', { 'lock1.interval': 0 });
  while (Date.now() < until) {
    const began = performance.now();
    const answer = await station.call('POST', '/locks/1/unlock');
    times.push(performance.now() - began);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    let registered = 0; // a real phone asks again, too, when a datagram is lost
    for (let tries = 0; tries < 4 && registered !== 200; ++tries) registered = await phone.register(known.user, known.password);
    expect(registered, 'a phone of the house').toBe(200);
    await new Promise((done) => setTimeout(done, 100));
  }
  await flood;
  const ended = new Promise((done) => wrong.once('close', done));
  wrong.stdin.end();
  await ended;
  expect(Number(/(\d+) requests a second/.exec(said)![1])).toBeGreaterThan(100);
  times.sort((a, b) => a - b);
  console.log(`under ${sent} SIP requests and ${open.length} connections: unlock median ${times[times.length >> 1]!.toFixed(1)} ms, worst ${times.at(-1)!.toFixed(1)} ms; memory ${before.toFixed(0)} to ${memory().toFixed(0)} MiB`);
  expect(memory() - before).toBeLessThan(80);
  for (const socket of [...open, ...tls]) socket.destroy();
  attacker.close();
  phone.close();
  expect((await ask(station, 'GET', '/api/v1/health')).status).toBe(200);
});

test('a stop in the middle of calls and requests is a clean one', async () => {
  await ready();
  const one = await station.addPhone('102');
  const phone = await SipAttacker.open(station, '127.0.0.1');
  expect(await phone.register(one.user, one.password)).toBe(200);
  await station.logIn();
  const gone = new Promise<number | null>((done) => station.process.once('exit', (code) => done(code)));
  void station.call('POST', '/calls', { to: '102' }).catch(() => {});
  station.process.kill('SIGTERM');
  const asked = Array.from({ length: 12 }, async (_, i) => {
    await new Promise((done) => setTimeout(done, 20 * i));
    await station.call('POST', '/calls', { to: '102' }).catch(() => {});
  });
  expect(await gone).toBe(0);
  await Promise.all(asked);
  phone.close();
});
