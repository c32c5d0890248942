// What is not there when the station starts: the doors do not wait for it.
import { expect, test } from '@playwright/test';

import { mkdtempSync } from 'node:fs';
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
