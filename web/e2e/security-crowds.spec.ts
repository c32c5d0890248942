// Crowds that say nothing, or always the same, at every door of the station at once: whoever lives there is still served.
import { expect, test } from '@playwright/test';

import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';

import { as, pair, ready, station, underAttack } from './attacked.ts';
import { ask, raw } from './attacker.ts';
import { SipAttacker } from './sipAttacker.ts';
import { Station } from './station.ts';

underAttack();

const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${station.process.pid}/status`, 'utf8'))![1]) / 1024;
const descriptorsOfOurs = 8_000; // what the client side may hold; those that the station closes make room for further ones

// Opens that many connections from ever new addresses, `first` being the first thing they say. Answers those that were never closed.
async function crowd(port: number, count: number, network: number, first = ''): Promise<Set<Socket>> {
  const open = new Set<Socket>();
  for (let i = 0; i < count; i += 250) {
    await Promise.all(Array.from({ length: Math.min(250, count - i) }, (_, at) => new Promise<void>((done) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.${network}.${1 + Math.floor((i + at) / 100)}` }, () => { if (first) socket.write(first); done(); });
      open.add(socket);
      socket.on('error', () => done()).on('close', () => { open.delete(socket); done(); }).on('data', () => {});
    })));
  }
  return open;
}

// A browser's WebSocket that sends pings as fast as they go and reads nothing.
function pings(cookie: string): Promise<Socket> {
  return new Promise((done, failed) => {
    const asked = request({
      host: '127.0.0.1', port: station.ports.http, path: '/sip',
      headers: {
        Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==', 'Sec-WebSocket-Protocol': 'sip',
        Origin: `http://127.0.0.1:${station.ports.http}`, Cookie: cookie,
      },
    }, (response) => { response.resume(); failed(new Error(`the WebSocket was answered with ${response.statusCode}`)); });
    asked.on('upgrade', (_, socket) => {
      const ping = Buffer.concat([Buffer.from([0x89, 0xfd, 1, 2, 3, 4]), Buffer.alloc(125, 7)]);
      const many = Buffer.concat(Array(200).fill(ping));
      const more = () => { while (!socket.destroyed && socket.write(many)); };
      socket.pause();
      socket.on('drain', more).on('error', () => {});
      more();
      done(socket as Socket);
    });
    asked.on('error', failed);
    asked.end();
  });
}

test('security 16: ten thousand silent connections, half-open TLS, pings and DESCRIBEs keep nobody out who lives there', async () => {
  test.setTimeout(180_000);
  await ready();
  const { http, https, sip, sips, rtsp } = station.ports;
  await station.expect('PATCH', '/settings', { 'lock1.interval': 0 });
  const monitor = await pair('monitor', '101');
  const known = await station.addPhone('102');
  const phone = await SipAttacker.open(station, '127.0.0.1');
  expect(await phone.register(known.user, known.password)).toBe(200);
  const before = memory();

  const half = Math.floor(descriptorsOfOurs / 8);
  const crowds = [
    await crowd(http, 2_500, 1), await crowd(https, 2_500, 2), // of TLS nobody says a word
    await crowd(sip, 2_500, 3), await crowd(rtsp, 2_500, 4),
    await crowd(http, half, 5, 'GET /api/v1/state HTTP/1.1\r\nX-Slow: '), await crowd(https, half, 6, '\x16\x03\x01\x02\x00\x01'),
    await crowd(sips, half, 8, '\x16\x03\x01\x02\x00\x01'),
  ];
  const flood = await pings(monitor.cookie);
  const describes = Promise.all(Array.from({ length: 1_000 }, (_, i) =>
    raw(rtsp, `DESCRIBE rtsp://127.0.0.1:${rtsp}/main RTSP/1.0\r\nCSeq: 1\r\n\r\n`, `127.0.7.${1 + (i % 200)}`)));

  const times: number[] = [];
  for (let i = 0; i < 10; ++i) {
    const began = performance.now();
    const answer = await ask(station, 'POST', '/api/v1/locks/1/unlock', { headers: as(monitor), body: {} }); // a new connection each time
    times.push(performance.now() - began);
    expect(answer.status, answer.text).toBe(200);
    expect(await phone.request('REGISTER', known.user, known.user, { user: known.user, password: known.password })).toBe(200);
  }
  const answers = await describes;
  expect(answers.every((text) => text === '' || /^RTSP\/1\.0 (401|4\d\d|503) /.test(text)), 'nothing but a challenge, a refusal or the end').toBe(true);
  times.sort((a, b) => a - b);
  const after = memory();
  console.log(`beside ${crowds.reduce((sum, one) => sum + one.size, 0)} connections: unlock median ${times[5]!.toFixed(1)} ms, worst ${times.at(-1)!.toFixed(1)} ms; memory ${before.toFixed(0)} to ${after.toFixed(0)} MiB`);
  // Of what each limit allows most places are taken, and in half of those of the web, and some of SIP, a TLS handshake has begun
  // (60 kB each).
  expect(after - before).toBeLessThan(180);
  flood.destroy();
  for (const one of crowds) for (const socket of one) socket.destroy();
  phone.close();
  expect((await ask(station, 'GET', '/api/v1/health')).status).toBe(200);
});

test('security 16: one address holds as many connections of each kind as is set', async () => {
  const small = await Station.start();
  try {
    await small.setUp();
    await small.expect('PATCH', '/settings', { 'security.connections': 8 });
    await small.kill('SIGTERM');
    await small.launch();
    for (const [at, port] of [small.ports.http, small.ports.https, small.ports.sip, small.ports.sips, small.ports.rtsp].entries()) {
      const open = new Set<Socket>();
      for (let i = 0; i < 20; ++i) {
        const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.9.${1 + at}` });
        open.add(socket);
        socket.on('error', () => {}).on('close', () => open.delete(socket));
      }
      await small.waitFor(`the limit at port ${port}`, async () => open.size === 8);
      for (const socket of open) socket.destroy();
    }
  } finally { await small.stop(); }
});
