import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallEvents, LineState } from '@/calls/CallClient';
import { ANSWER_LIMIT_MS, JsSipClient, type Load } from '@/calls/JsSipClient';

type Handler = (event?: unknown) => void;
class Emitter {
  private readonly handlers = new Map<string, Handler[]>();
  on(name: string, handler: Handler) {
    this.handlers.set(name, [...(this.handlers.get(name) ?? []), handler]);
  }
  emit(name: string, event: unknown = {}) {
    for (const handler of this.handlers.get(name) ?? []) handler(event);
  }
}

/** JsSIP without a network: what it tells us, and what we ask of it. */
class FakeUA extends Emitter {
  connected = true;
  registered = false;
  readonly asked: string[] = [];
  isConnected = () => this.connected;
  isRegistered = () => this.registered;
  start = () => this.asked.push('start');
  stop = () => this.asked.push('stop');
  register = () => this.asked.push('register');
}
class FakeSocket {
  ondata: (data: unknown) => void = () => undefined;
}
const made = vi.hoisted(() => ({ ua: undefined as unknown, socket: undefined as unknown }));
vi.mock('jssip', () => ({
  default: {
    WebSocketInterface: class {
      constructor() {
        const socket = new FakeSocket();
        made.socket = socket;
        return socket;
      }
    },
    UA: class {
      constructor() {
        const ua = new FakeUA();
        made.ua = ua;
        return ua;
      }
    },
  },
}));

class FakeSession extends Emitter {
  connection?: unknown;
  answer = vi.fn();
  terminate = vi.fn();
  renegotiate = vi.fn();
  sendDTMF = vi.fn();
}

const track = (kind = 'audio') => ({ kind, stop: vi.fn() });
const streamOf = (...tracks: ReturnType<typeof track>[]) => ({ getTracks: () => tracks, getVideoTracks: () => tracks }) as unknown as MediaStream;
const request = { getHeader: () => 'call-1', from: { uri: { user: '8001' }, display_name: '' } };

const account = { uri: '', user: '101#1', password: 'x', domain: 'VDP', ws_path: '/sip' };
let client: JsSipClient;
let ua: FakeUA;
let lines: LineState[];
let ended: string[];
let reasons: string[];
let rung: number;
const getUserMedia = vi.fn<(wanted: MediaStreamConstraints) => Promise<MediaStream>>();

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  getUserMedia.mockReset();
  Object.defineProperty(navigator, 'mediaDevices', { configurable: true, value: { getUserMedia } });
  lines = [];
  ended = [];
  reasons = [];
  made.ua = undefined;
  client = new JsSipClient(account);
  rung = 0;
  const events: CallEvents = { line: (state) => lines.push(state), incoming: () => { ++rung; }, confirmed: () => undefined, ended: (cause, reason) => { ended.push(cause); reasons.push(reason); }, media: () => undefined };
  client.start(events);
  await vi.waitFor(() => expect(made.ua).toBeDefined());
  ua = made.ua as FakeUA;
  (made.socket as FakeSocket).ondata = () => undefined;
  register();
});
afterEach(() => {
  client.stop();
  vi.useRealTimers();
});

function register() {
  ua.registered = true;
  ua.emit('registered');
}
function incoming(body = 'v=0\r\na=fingerprint:sha-256 AA\r\n'): FakeSession {
  const session = new FakeSession();
  ua.emit('newRTCSession', { originator: 'remote', session, request: { ...request, body } });
  return session;
}
const theStationSays = (text: string) => (made.socket as FakeSocket).ondata(text);

describe('whether a monitor can be rung', () => {
  it('stays refused when the station refuses an account that it had', () => {
    // As JsSIP tells it: first the failure, then that the registration is gone.
    const response = { status_code: 403, reason_phrase: 'Forbidden' };
    ua.emit('registrationFailed', { response, cause: 'Rejected' });
    ua.registered = false;
    ua.emit('unregistered', { response, cause: 'Rejected' });
    expect(lines.at(-1)).toBe('refused');
  });

  it('is online again after the network was gone for a moment and the connection outlived it', () => {
    window.dispatchEvent(new Event('offline'));
    expect(lines.at(-1)).toBe('reconnecting');
    window.dispatchEvent(new Event('online'));
    expect(ua.asked.at(-1)).toBe('register');
    theStationSays('SIP/2.0 200 OK');
    expect(lines.at(-1)).toBe('online');
    vi.advanceTimersByTime(ANSWER_LIMIT_MS * 2);
    expect(ua.asked).not.toContain('stop');
  });

  it('connects anew when it wakes with a connection that leads nowhere any more', () => {
    client.wake();
    vi.advanceTimersByTime(ANSWER_LIMIT_MS + 1);
    expect(ua.asked.slice(-2)).toEqual(['stop', 'start']);
  });

  it('connects anew when a registration is not answered, and the next is not either', () => {
    ua.emit('registrationFailed', { response: null, cause: 'Request Timeout' });
    ua.registered = false;
    vi.advanceTimersByTime(10_000);
    expect(ua.asked.at(-1)).toBe('register');
    vi.advanceTimersByTime(ANSWER_LIMIT_MS + 1);
    expect(ua.asked.slice(-2)).toEqual(['stop', 'start']);
  });

  it('asks for the telephone again where it could not be loaded', async () => {
    const load = vi.fn<Load>().mockRejectedValueOnce(new TypeError('Failed to fetch dynamically imported module')).mockImplementation(() => import('jssip'));
    made.ua = undefined;
    lines = [];
    const late = new JsSipClient(account, load);
    late.start({ line: (state) => lines.push(state), incoming: () => undefined, confirmed: () => undefined, ended: () => undefined, media: () => undefined });
    await vi.waitFor(() => expect(lines.at(-1)).toBe('reconnecting'));
    vi.advanceTimersByTime(10_000);
    await vi.waitFor(() => expect(made.ua).toBeDefined());
    late.stop();
  });

  it('gives up a ring that a dead connection would never end', () => {
    incoming();
    client.wake();
    vi.advanceTimersByTime(ANSWER_LIMIT_MS + 1);
    expect(ended).toEqual(['failed']);
    expect(ua.asked.slice(-2)).toEqual(['stop', 'start']);
  });

  it('leaves a call that talks alone: its sound takes its own way', () => {
    incoming().emit('confirmed');
    client.wake();
    vi.advanceTimersByTime(ANSWER_LIMIT_MS + 1);
    expect(ended).toEqual([]);
    expect(ua.asked).not.toContain('stop');
    expect(lines.at(-1)).toBe('reconnecting');
  });
});

describe('what rings', () => {
  it('is not a call in plain RTP, of another station or a phone: no browser can answer that', () => {
    const other = incoming('v=0\r\nm=audio 4000 RTP/AVP 0\r\n');
    expect(other.terminate).toHaveBeenCalledWith({ status_code: 488 });
    expect(rung).toBe(0);
    expect(incoming().terminate, 'and the visitor at this door is not told busy').not.toHaveBeenCalled();
    expect(rung).toBe(1);
  });
});

describe('answering', () => {
  const unheard = [
    ['there is none', new DOMException('Requested device not found', 'NotFoundError'), 'missing'],
    ['it is refused', new DOMException('Permission denied', 'NotAllowedError'), 'refused'],
    ['another program holds it', new DOMException('Could not start audio source', 'NotReadableError'), 'busy'],
  ] as const;
  it.each(unheard)('goes on without a microphone where %s, to see and hear at least, and says so', async (_, error, why) => {
    getUserMedia.mockRejectedValue(error);
    const session = incoming();
    expect(await client.answer()).toBe(why);
    expect(session.answer).toHaveBeenCalledWith(expect.objectContaining({ mediaConstraints: { audio: false, video: false } }));
  });
  it('goes on in a page that may have no microphone because it is not secure', async () => {
    Object.defineProperty(navigator, 'mediaDevices', { configurable: true, value: undefined });
    const session = incoming();
    expect(await client.answer()).toBe('insecure');
    expect(session.answer).toHaveBeenCalledOnce();
  });
  it('says nothing where the visitor hears', async () => {
    getUserMedia.mockResolvedValue(streamOf(track()));
    incoming();
    expect(await client.answer()).toBeUndefined();
  });
});

describe('in a call', () => {
  const talking = () => {
    const session = incoming();
    const sender = { replaceTrack: vi.fn(async () => undefined) };
    session.connection = { getTransceivers: () => [{ receiver: { track: { kind: 'video' } }, sender }], getSenders: () => [] };
    session.emit('confirmed');
    return session;
  };

  it('does not leave the camera on when the call ended while it was asked for', async () => {
    const session = talking();
    const camera = track('video');
    let allow: (media: MediaStream) => void = () => undefined;
    getUserMedia.mockReturnValue(new Promise((resolve) => { allow = resolve; }));
    const asked = client.camera(true);
    session.emit('ended', { originator: 'remote', cause: 'Terminated' });
    allow(streamOf(camera));
    await asked.catch(() => undefined);
    expect(camera.stop).toHaveBeenCalled();
  });

  it('says why there is no camera', async () => {
    talking();
    getUserMedia.mockRejectedValue(new DOMException('Permission denied', 'NotAllowedError'));
    expect(await client.camera(true)).toBe('refused');
    Object.defineProperty(navigator, 'mediaDevices', { configurable: true, value: undefined });
    expect(await client.camera(true)).toBe('insecure');
  });

  it.each([
    ['RTP Timeout', 'Sound and picture could not be connected.'],
    ['WebRTC Error', 'Sound and picture could not be connected.'],
    ['Dialog Error', 'The connection to the station was lost.'],
  ])('says in the words of the page that it broke off: %s', (cause, words) => {
    talking().emit('failed', { originator: 'local', cause });
    expect([ended, reasons]).toEqual([['failed'], [words]]);
  });

  it('leaves no camera on when its button was pressed twice', async () => {
    const session = talking();
    const cameras = [track('video'), track('video')];
    for (const one of cameras) getUserMedia.mockResolvedValueOnce(streamOf(one));
    await Promise.all([client.camera(true), client.camera(true)]);
    session.emit('ended', { originator: 'remote', cause: 'Terminated' });
    for (const one of cameras) expect(one.stop).toHaveBeenCalled();
  });

  it('C24 sends every digit, also those typed faster than they sound', () => {
    const session = talking();
    // As browsers do: what is inserted replaces what has not begun to sound; the first digit sounds already.
    const dtmf = { canInsertDTMF: true, toneBuffer: '', insertDTMF(tones: string) { this.toneBuffer = tones; } };
    session.connection = { getSenders: () => [{ dtmf }], getTransceivers: () => [] };
    client.dtmf('1');
    dtmf.toneBuffer = '';
    client.dtmf('2');
    client.dtmf('3');
    expect(dtmf.toneBuffer).toBe('23');
  });
});
