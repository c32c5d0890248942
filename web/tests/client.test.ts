import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, api, apiUrl, onNotKept, onSessionLost, part, setCsrf, timeLimit } from '@/api/client';

type Call = { url: string; init: RequestInit & { headers: Headers } };
const calls: Call[] = [];

function stationAnswers(...answers: [number, unknown][]) {
  calls.length = 0;
  vi.stubGlobal('fetch', async (url: string, init: Call['init']) => {
    calls.push({ url, init: { ...init, headers: new Headers(init?.headers) } });
    const [status, body] = answers.shift() ?? [200, {}];
    return new Response(status === 204 ? null : JSON.stringify(body), { status });
  });
}
const refused = async (promise: Promise<unknown>): Promise<ApiError> => {
  const error = await promise.then(() => null, (cause: unknown) => cause);
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
};

describe('the API layer', () => {
  beforeEach(() => setCsrf(null));

  it('sends the CSRF token with every change of state and with no read', async () => {
    stationAnswers();
    setCsrf('token');
    await api.get('/rooms');
    await api.post('/rooms', { number: '101' });
    await api.delete('/rooms/101');
    expect(calls.map((call) => call.init.headers.get('X-Lintel-CSRF'))).toEqual([null, 'token', 'token']);
  });

  it('leaves out empty parts of a query', () => {
    expect(apiUrl('/journal', { kind: '', room: '101', cursor: undefined, limit: 50 })).toBe('/api/v1/journal?room=101&limit=50');
  });

  it('escapes an account with a hash in a path', () => {
    expect(part('101#1')).toBe('101%231');
  });

  it('keeps each field error in the words of the station', async () => {
    stationAnswers([422, { error: { code: 'invalid', message: 'Two are wrong.', errors: [{ field: 'a', message: 'A: 5 is too much.', value: 5, limit: 4 }, { field: 'b', message: 'B is missing.' }] } }]);
    const error = await refused(api.patch('/settings', {}));
    expect(error.status).toBe(422);
    expect(error.fields.map((one) => [one.field, one.message])).toEqual([['a', 'A: 5 is too much.'], ['b', 'B is missing.']]);
  });

  it('reads an error of a single field', async () => {
    stationAnswers([409, { error: { code: 'exists', message: '101 exists already.', field: 'number', value: '101' } }]);
    expect((await refused(api.post('/rooms', {}))).fields).toMatchObject([{ field: 'number', message: '101 exists already.' }]);
  });

  it('V07 says that what is shown is old when something is done and only not stored', async () => {
    const told = vi.fn();
    const stop = onNotKept(told);
    stationAnswers([503, { error: { code: 'full', message: 'There is no room.' } }], [503, { error: { code: 'not_kept', message: 'It is taken away.' } }]);
    await refused(api.delete('/cards/1'));
    expect(told).not.toHaveBeenCalled();
    expect((await refused(api.delete('/cards/1'))).message).toBe('It is taken away.');
    expect(told).toHaveBeenCalledOnce();
    stop();
  });

  it('is honest about an answer that is not ours', async () => {
    vi.stubGlobal('fetch', async () => new Response('<html>', { status: 502, statusText: 'Bad Gateway' }));
    expect((await refused(api.get('/state'))).message).toBe('Bad Gateway');
  });

  it('says that the station does not answer when the network is gone', async () => {
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('failed')));
    expect((await refused(api.get('/state'))).offline).toBe(true);
  });

  it('tells when the session is lost, but not for a wrong password at login', async () => {
    const lost = vi.fn();
    const stop = onSessionLost(lost);
    stationAnswers([401, { error: { code: 'login', message: 'Log in first.' } }], [401, { error: { code: 'wrong', message: 'No.' } }]);
    await refused(api.get('/rooms'));
    await refused(api.post('/login', {}));
    expect(lost).toHaveBeenCalledTimes(1);
    stop();
  });

  it('takes a fresh token and tries once more when another window logged in anew', async () => {
    setCsrf('old');
    stationAnswers([403, { error: { code: 'csrf', message: 'No.' } }], [200, { session: { csrf: 'new' } }], [200, { done: true }]);
    expect(await api.post('/locks/1/unlock')).toEqual({ done: true });
    expect(calls.at(-1)?.init.headers.get('X-Lintel-CSRF')).toBe('new');
  });

  it('does not try again for ever', async () => {
    setCsrf('old');
    stationAnswers([403, { error: { code: 'csrf', message: 'No.' } }], [200, { session: { csrf: 'new' } }], [403, { error: { code: 'csrf', message: 'No.' } }]);
    expect((await refused(api.post('/locks/1/unlock'))).status).toBe(403);
    expect(calls).toHaveLength(3);
  });

  it('says which requests a page makes while nobody does anything, so that its session can end', async () => {
    stationAnswers();
    const unattended = () => calls.at(-1)?.init.headers.get('X-Lintel-Unattended');
    document.dispatchEvent(new Event('click'));
    await api.get('/overview');
    expect(unattended()).toBeNull();
    await api.get('/overview');
    expect(unattended()).toBe('1');
    for (const act of ['pointerdown', 'keydown', 'wheel', 'input']) {
      document.dispatchEvent(new Event(act));
      await Promise.all([api.get('/overview'), api.post('/whep/sub')]);
      expect(calls.slice(-2).map((call) => call.init.headers.get('X-Lintel-Unattended')), act).toEqual([null, null]);
      await api.get('/overview');
      expect(unattended(), act).toBe('1');
    }
  });

  it('tells of what was done until the station has heard it', async () => {
    document.dispatchEvent(new Event('click'));
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('failed')));
    await refused(api.get('/overview'));
    stationAnswers();
    await api.get('/overview');
    expect(calls.at(-1)?.init.headers.get('X-Lintel-Unattended')).toBeNull();
  });

  it('A13 says until when an order is wanted, and gives it once more where a clock was set meanwhile', async () => {
    const pressed = Date.now();
    stationAnswers([409, { error: { code: 'too_late', message: 'Too late.' } }]);
    await api.order('/locks/1/unlock', undefined, 10_000);
    expect(calls).toHaveLength(2);
    for (const { init } of calls) {
      const until = Number(init.headers.get('X-Lintel-Until'));
      expect(until).toBeGreaterThanOrEqual(pressed + 10_000);
      expect(until).toBeLessThanOrEqual(Date.now() + 10_000);
    }
    stationAnswers([409, { error: { code: 'too_late', message: 'Too late.' } }], [409, { error: { code: 'too_late', message: 'Too late.' } }]);
    expect((await refused(api.order('/locks/1/unlock', undefined, 10_000))).code).toBe('too_late');
    stationAnswers([409, { error: { code: 'too_late', message: 'Too late.' } }]);
    await refused(api.order('/locks/1/unlock', undefined, 0)); // nobody waits for it any more
    expect(calls).toHaveLength(1);
    stationAnswers();
    await api.post('/panel/keys', { key: 'emergency' });
    expect(calls[0]?.init.headers.get('X-Lintel-Until')).toBeNull();
  });

  it('A13 goes by the clock of the station where a proxy says a Date of its own', async () => {
    const ahead = 60_000;
    const wanted: number[] = [];
    vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
      const until = Number(new Headers(init.headers).get('X-Lintel-Until'));
      wanted.push(until);
      const now = Date.now() + ahead;
      const headers = { Date: new Date().toUTCString(), ...(until < now && { 'X-Lintel-Now': String(now) }) };
      return new Response(JSON.stringify(until < now ? { error: { code: 'too_late', message: 'Too late.' } } : {}), { status: until < now ? 409 : 200, headers });
    });
    for (const time of ['first', 'later']) {
      wanted.length = 0;
      await api.order('/locks/1/unlock', undefined, 10_000);
      expect(wanted, time).toHaveLength(2);
    }
  });
});

describe('a browser that does not tell the end of time from an abort, such as Safari 15 and Chrome 123', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('AbortSignal', Object.assign(class {}, { timeout: () => new AbortController().signal }));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const untilAborted = (signal: AbortSignal) => new Promise<never>((_, fail) => signal.addEventListener('abort', () => fail(new DOMException('', 'AbortError'))));

  it('A13 gives an order, and says when its time is over that the station does not answer', async () => {
    vi.stubGlobal('fetch', async (_url: string, { signal }: RequestInit) => untilAborted(signal!));
    const order = refused(api.order('/locks/1/unlock', undefined, 10_000));
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await order).offline).toBe(true);
  });

  it('still tells a request that nobody wants any more from one that was not answered', async () => {
    vi.stubGlobal('fetch', async (_url: string, { signal }: RequestInit) => untilAborted(signal!));
    const unwanted = new AbortController();
    const asked = api.get('/state', undefined, unwanted.signal).catch((cause: unknown) => cause);
    unwanted.abort();
    expect(await asked).toMatchObject({ name: 'AbortError' });
  });

  it('ends nothing before its time', async () => {
    const limit = timeLimit(3_000);
    await vi.advanceTimersByTimeAsync(2_999);
    expect(limit.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(limit.aborted).toBe(true);
  });
});
