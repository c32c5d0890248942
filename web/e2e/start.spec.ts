// What is not there when the station starts: the doors do not wait for it.
import { expect, test } from '@playwright/test';

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { Station } from './station.ts';

const dist = resolve(import.meta.dirname, '../dist');

let station: Station;
test.afterEach(async () => station.stop());

const unlocks = async () => {
  await station.setUp();
  await station.expect('POST', '/locks/1/unlock');
  expect((await station.lock()).state).toBe('unlocked');
};

test('S01: doors open without the folder of the pages, and the log names it', async () => {
  station = await Station.start(['--web', '/nowhere/web']);
  await unlocks();
  expect(station.output).toContain('/nowhere/web');
});

test('S01: a page that the disk refuses to give costs that page alone', async () => {
  const page = join(dist, 'monitor.html');
  station = await Station.startUnder(['strace', '-D', '-f', '-qq', '-o', '/dev/null', '-P', page, '-e', 'trace=read,readv', '-e', 'inject=read,readv:error=EIO'],
    mkdtempSync(join(tmpdir(), 'lintel-e2e-')));
  await unlocks();
  expect(station.output).toContain(page);
  expect((await fetch(`${station.url}/`)).status).toBe(200);
  expect((await fetch(`${station.url}/monitor`)).status).toBe(404);
});

test('S01: doors open without the plugins of the media, and the overview says what the camera lacks', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-media-'));
  try {
    station = await Station.start([], undefined, { GST_REGISTRY: join(folder, 'registry'), GST_PLUGIN_SYSTEM_PATH_1_0: folder });
    await unlocks();
    expect(station.output).toContain('gstreamer1.0-plugins-base');
    await station.waitFor('the camera to be missed', async () => /no element/.test((await station.expect('GET', '/overview')).camera.message));
  } finally { rmSync(folder, { recursive: true, force: true }); }
});

test('S01: after a crash the locks are driven safe before the plugins of the media are looked through', async () => {
  test.setTimeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'lintel-media-'));
  const scanner = join(folder, 'scanner'), goOn = join(folder, 'go-on');
  // What looks at the plugins where no registry knows them: as slow as we like.
  writeFileSync(scanner, `#!/bin/sh\nwhile [ ! -e ${goOn} ]; do sleep 0.05; done\nexit 1\n`, { mode: 0o755 });
  station = await Station.start();
  await station.setUp();
  await station.expect('PATCH', '/settings', { 'lock1.period': 60 });
  await station.expect('POST', '/locks/1/unlock');
  await station.kill('SIGKILL');
  const { data } = station;
  const position = () => readFileSync(join(data, 'lock-1.position'), 'latin1');
  expect(position(), 'the relay stands as it was left').toBe('E');
  rmSync(join(data, 'ready.json'));
  const started = Station.start([], data, { GST_REGISTRY: join(folder, 'registry'), GST_PLUGIN_SCANNER: scanner });
  try {
    await station.waitFor('the lock to hold', async () => position() === 'R');
    expect(existsSync(join(data, 'ready.json')), 'the plugins are looked through still').toBe(false);
  } finally {
    writeFileSync(goOn, '');
    station = await started;
    rmSync(folder, { recursive: true, force: true });
  }
});
