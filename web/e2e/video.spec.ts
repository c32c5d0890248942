// Players and recorders: RTSP with digest (V03), JPEG (V06), and a camera that goes away and comes back.
import { expect, test } from '@playwright/test';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

import { Station } from './station.ts';

let station: Station;
test.afterEach(async () => station.stop());

// How strong the strongest of the voice's frequencies is beside silence: the station's test microphone speaks.
function listen(url: string, transport: 'tcp' | 'udp'): { error: string; loudness: number } {
  const out = spawnSync('ffmpeg', ['-v', 'error', '-rtsp_transport', transport, '-timeout', '8000000', '-i', url, '-t', '3', '-vn', '-f', 's16le', '-ar', '8000', '-'],
    { timeout: 20_000, maxBuffer: 1 << 20 });
  const samples = new Int16Array(out.stdout.buffer, out.stdout.byteOffset, Math.floor(out.stdout.byteLength / 2));
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length);
  return { error: out.stderr.toString(), loudness: Math.sqrt(power) };
}

function pull(url: string): { status: number | null; frames: number; error: string } {
  const out = spawnSync('ffmpeg', ['-v', 'error', '-rtsp_transport', 'tcp', '-timeout', '8000000', '-i', url, '-frames:v', '20', '-an', '-f', 'framemd5', '-'],
    { encoding: 'utf8', timeout: 20_000 });
  return { status: out.status, error: out.stderr, frames: new Set(out.stdout.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => line.split(',').pop())).size };
}

test('V03: ffmpeg pulls both streams with digest; a wrong password and no password are refused', async () => {
  station = await Station.start();
  await station.setUp();
  const account = await station.expect('POST', '/machine-accounts', { name: 'recorder', rights: ['rtsp'] });
  const address = (user: string, path: string) => `rtsp://${user}127.0.0.1:${station.ports.rtsp}${path}`;
  for (const path of ['/main', '/sub', '/cam/realmonitor?channel=1&subtype=0'])  {
    const pulled = pull(address(`recorder:${account.secret}@`, path));
    expect(pulled.error).toBe('');
    expect(pulled.frames, `moving pictures at ${path}`).toBeGreaterThan(10);
  }
  expect(pull(address('recorder:wrong@', '/main')).error).toContain('401');
  expect(pull(address('', '/main')).error).toContain('401');
});

test('V03: the sound at the door comes beside the picture, over TCP and UDP', async () => {
  station = await Station.start();
  await station.setUp();
  const account = await station.expect('POST', '/machine-accounts', { name: 'recorder', rights: ['rtsp'] });
  for (const transport of ['tcp', 'udp'] as const) {
    const heard = listen(`rtsp://recorder:${account.secret}@127.0.0.1:${station.ports.rtsp}/sub`, transport);
    expect(heard.error).toBe('');
    expect(heard.loudness, transport).toBeGreaterThan(100);
  }
});

test('V03, S10: RTSP over TLS is a setting, with a port of its own; RTSP can be switched off', async () => {
  station = await Station.start();
  await station.setUp();
  const account = await station.expect('POST', '/machine-accounts', { name: 'recorder', rights: ['rtsp'] });
  expect(station.ports.rtsps).toBe(0);
  await station.expect('PATCH', '/settings', { 'rtsp.tls': true, 'rtsp.on': false });
  await station.kill('SIGTERM');
  await station.launch();
  expect(station.ports.rtsp).toBe(0);
  expect(station.ports.rtsps).toBeGreaterThan(0);
  const pulled = pull(`rtsps://recorder:${account.secret}@127.0.0.1:${station.ports.rtsps}/main`);
  expect(pulled.error).toBe('');
  expect(pulled.frames).toBeGreaterThan(10);
  expect(pull(`rtsps://recorder:wrong@127.0.0.1:${station.ports.rtsps}/main`).error).toContain('401');
});

test('security 8: guessing an RTSP password is journalled and locks the address out; an account that is removed watches no more', async () => {
  station = await Station.start();
  await station.setUp();
  const account = await station.expect('POST', '/machine-accounts', { name: 'recorder', rights: ['rtsp'] });
  const address = (secret: string) => `rtsp://recorder:${secret}@127.0.0.1:${station.ports.rtsp}/main`;
  const watching = spawn('ffmpeg', ['-v', 'error', '-rtsp_transport', 'tcp', '-i', address(account.secret), '-f', 'null', '-']);
  await new Promise((done) => setTimeout(done, 1500));
  const ended = new Promise((done) => watching.on('exit', done));
  await station.expect('DELETE', '/machine-accounts/recorder');
  await ended;
  for (let i = 0; i < 6; i += 1) expect(pull(address(`wrong${i}`)).error).toContain('401');
  const told = (await station.journal()).filter((entry: any) => entry.event === 'operation.login_failed' && entry.subject === 'recorder');
  expect(told.length).toBe(5);
  expect((await station.journal()).some((entry: any) => entry.event === 'operation.login_locked')).toBe(true);
  const second = await station.expect('POST', '/machine-accounts', { name: 'second', rights: ['rtsp'] });
  expect(pull(`rtsp://second:${second.secret}@127.0.0.1:${station.ports.rtsp}/main`).error, 'right, but this address is locked out').toContain('401');
});

test('security 16: 1,000 DESCRIBEs and connections that say nothing leave memory bounded, a recorder served and the unlock in time', async () => {
  station = await Station.start();
  await station.setUp();
  const account = await station.expect('POST', '/machine-accounts', { name: 'recorder', rights: ['rtsp'] });
  await station.expect('PATCH', '/settings', { 'lock1.interval': 0 });
  const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${station.process.pid}/status`, 'utf8'))![1]) / 1024;
  const recorder = spawn('ffmpeg', ['-v', 'error', '-rtsp_transport', 'tcp', '-i', `rtsp://recorder:${account.secret}@127.0.0.1:${station.ports.rtsp}/main`, '-an', '-f', 'framemd5', '-']);
  let frames = 0;
  recorder.stdout.on('data', (chunk: Buffer) => { frames += chunk.toString().split('\n').length - 1; });
  await station.waitFor('the first pictures', async () => frames > 20);
  const before = memory();
  let answered = 0;
  const open: Socket[] = [];
  const times: number[] = [];
  for (let round = 0; round < 25; round += 1) {
    for (let i = 0; i < 40; i += 1) {
      const from = `127.0.${1 + (open.length >> 7)}.${2 + (open.length & 127)}`;
      const socket = connect({ port: station.ports.rtsp, host: '127.0.0.1', localAddress: from });
      socket.on('error', () => {}).on('data', () => { answered += 1; });
      if (i % 4 !== 0) socket.write(`DESCRIBE rtsp://127.0.0.1/main RTSP/1.0\r\nCSeq: ${i}\r\n${i % 4 === 1 ? 'X-Slow: ' : '\r\n'}`);
      open.push(socket);
    }
    const began = performance.now();
    expect((await station.call('POST', '/locks/1/unlock')).status).toBe(200);
    times.push(performance.now() - began);
    await new Promise((done) => setTimeout(done, 50));
  }
  const seen = frames;
  await station.waitFor('pictures during the flood', async () => frames > seen + 25);
  times.sort((a, b) => a - b);
  console.log(`under ${open.length} RTSP connections (${answered} answers): unlock median ${times[times.length >> 1]!.toFixed(1)} ms, worst ${times.at(-1)!.toFixed(1)} ms; memory ${before.toFixed(0)} to ${memory().toFixed(0)} MiB`);
  expect(answered).toBeGreaterThan(0);
  expect(memory() - before).toBeLessThan(40);
  recorder.kill();
  for (const socket of open) socket.destroy();
});

test('V06: a snapshot is a JPEG of the stream, for who may see it', async () => {
  station = await Station.start();
  await station.setUp();
  const answer = await station.call('GET', '/snapshot.jpg');
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('image/jpeg');
  await station.expect('POST', '/logout');
  expect((await station.call('GET', '/snapshot.jpg', undefined, { Cookie: '' })).status).toBe(401);
});

test('V01: an unplugged camera is said, doors go on, and it comes back by itself', async () => {
  station = await Station.start();
  await station.setUp();
  await station.expect('POST', '/twins/camera', { action: 'unplug' });
  await station.call('GET', '/snapshot.jpg');
  await station.waitForEvent('camera.lost');
  const overview = await station.expect('GET', '/overview');
  expect(overview.camera.state).toBe('failed');
  expect(overview.attention.map((item: any) => item.id)).toContain('camera');
  await station.expect('POST', '/locks/1/unlock');
  expect((await station.lock()).state).toBe('unlocked');
  await station.expect('POST', '/twins/camera', { action: 'plug' });
  await station.waitFor('a picture again', async () => (await station.call('GET', '/snapshot.jpg')).status === 200);
  await station.waitForEvent('camera.back');
});

test('V01: a camera that does not open leaves a station without video that says why', async () => {
  station = await Station.start(['--camera', '/dev/video77']);
  await station.setUp();
  const answer = await station.call('GET', '/snapshot.jpg');
  expect(answer.status).toBe(503);
  const overview = await station.waitFor('the sentence', async () => {
    const seen = await station.expect('GET', '/overview');
    return seen.camera.state === 'failed' && seen;
  });
  expect(overview.camera.message).toContain('/dev/video77');
  await station.expect('POST', '/locks/1/unlock');
});
