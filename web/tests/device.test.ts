// The session of a paired device.
import { act, renderHook, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Paired } from '@/api/types';
import { LEAVING_LIMIT_MS, forgetDevice, keepDevice, useAdmission } from '@/shared/device';

const paired = (account: string): Paired => ({ kind: 'monitor', account, password: 'x', room: '101', station: { name: 'House', number: '8001' } });

// A browser with its one cookie, whose requests are under way until the test lets them arrive.
let session: string | null;
let asked: string[];
let underWay: { name: string; arrive: () => void }[];
beforeEach(() => {
  session = '101#1';
  asked = [];
  underWay = [];
  vi.stubGlobal('fetch', (url: string, { method, body, signal }: RequestInit) => {
    const name = `${method} ${url.replace('/api/v1', '')}`;
    asked.push(name);
    return new Promise<Response>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
      underWay.push({
        name,
        arrive: () => {
          if (name === 'POST /logout') session = null;
          if (name === 'POST /login') session = (JSON.parse(String(body)) as { account: string }).account;
          const answer = { account: session, role: 'monitor', csrf: `of ${session}` };
          resolve(new Response(name === 'POST /logout' ? null : JSON.stringify(name === 'GET /state' ? { session: session && answer } : answer), { status: name === 'POST /logout' ? 204 : 200 }));
        },
      });
    });
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
const arrives = async (name: string) => {
  await vi.waitFor(() => expect(underWay.map((one) => one.name)).toContain(name));
  underWay.splice(underWay.findIndex((one) => one.name === name), 1)[0]!.arrive();
};

describe('S04 the session of a device', () => {
  it('that is unpaired and paired again at once is logged in when the old one has ended, and once', async () => {
    keepDevice(paired('101#1'));
    forgetDevice('monitor');
    const fresh = paired('101#2');
    const { result } = renderHook(() => useAdmission(fresh));
    await arrives('GET /state');
    await arrives('POST /logout');
    await arrives('GET /state');
    await arrives('POST /login');
    await waitFor(() => expect(result.current.admission).toBe('in'));
    expect(asked).toEqual(['GET /state', 'POST /logout', 'GET /state', 'POST /login']);
    expect(session).toBe('101#2');
  });

  it('waits until the station is set up again after a lost password, and is in by itself', async () => {
    vi.useFakeTimers();
    const states = [403, 403, 200];
    vi.stubGlobal('fetch', async (url: string) =>
      url.endsWith('/login')
        ? new Response(JSON.stringify({ error: { code: 'set_up_first', message: 'Set it up first.' }, account: '101#1', role: 'monitor', csrf: 'x' }), { status: states.shift() })
        : new Response(JSON.stringify({ session: null })),
    );
    const device = paired('101#1');
    const { result } = renderHook(() => useAdmission(device));
    await act(() => vi.advanceTimersByTimeAsync(1));
    expect(result.current.admission).toBe('offline');
    for (let tries = 0; tries < 4; tries++) await act(() => vi.advanceTimersByTimeAsync(5_000));
    expect(result.current.admission).toBe('in');
  });

  it('does not wait for ever where the station says nothing', async () => {
    vi.useFakeTimers();
    keepDevice(paired('101#1'));
    forgetDevice('monitor');
    const fresh = paired('101#2');
    renderHook(() => useAdmission(fresh));
    await vi.advanceTimersByTimeAsync(LEAVING_LIMIT_MS - 1);
    expect(asked).toEqual(['GET /state']);
    await vi.advanceTimersByTimeAsync(2);
    expect(asked).toEqual(['GET /state', 'GET /state']);
  });
});
