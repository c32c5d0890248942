// Players and recorders: RTSP with digest (V03), JPEG (V06), and a camera that goes away and comes back.
import { expect, test } from '@playwright/test';
import { spawnSync } from 'node:child_process';

import { Station } from './station.ts';

let station: Station;
test.afterEach(async () => station.stop());

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
