// A station that is attacked over its own sockets. Attackers come from 127.0.0.2 and further, so that what they bring upon
// themselves stays theirs; the owner is at 127.0.0.1.
import { test } from '@playwright/test';

import { ask } from './attacker.ts';
import { Station } from './station.ts';

export let station: Station;
let attackers = 1;
export const stranger = () => `127.0.0.${++attackers}`; // a new source for each test

// One station for all tests of a file; a test that fails gives the ones after it a new one.
export function underAttack(): void {
  test.beforeAll(async () => { station = await Station.start(); });
  test.afterAll(async () => { await station.stop(); });
}

export async function ready(): Promise<void> {
  if (!(await ask(station, 'GET', '/api/v1/state')).body.initialised) await station.setUp(['101', '102']);
}

export interface Device { account: string; password: string; cookie: string; csrf: string }

// Pairs and logs in, as a page does.
export async function pair(kind: 'monitor' | 'panel', room?: string): Promise<Device> {
  const offer = await station.expect('POST', '/pairings', { kind, ...(room ? { room } : {}), name: 'Tablet' });
  const paired = (await ask(station, 'POST', '/api/v1/pair', { body: { token: offer.token, device_name: 'Tablet' } })).body;
  return { ...paired, ...(await logIn(paired.account, paired.password)) };
}

export async function logIn(account: string, password: string, from?: string): Promise<{ cookie: string; csrf: string; status: number; setCookie: string }> {
  const answer = await ask(station, 'POST', '/api/v1/login', { body: { account, password }, from });
  const setCookie = String(answer.headers['set-cookie'] ?? '');
  return { status: answer.status, setCookie, cookie: setCookie.split(';')[0]!, csrf: answer.body?.csrf ?? '' };
}

export const as = (device: { cookie: string; csrf: string }) => ({ Cookie: device.cookie, 'X-Lintel-CSRF': device.csrf });

export const publicRoutes = ['GET /state', 'POST /setup', 'POST /login', 'POST /pair', 'GET /health', 'GET /certificate/root.pem', 'GET /openapi.json'];
