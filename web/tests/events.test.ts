import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventLink, SILENT_MS, SLEPT_MS } from '@/api/events';

class FakeSource extends EventTarget {
  static readonly CLOSED = 2;
  static made: FakeSource[] = [];
  readyState = 1;
  onopen: () => void = () => undefined;
  onerror: () => void = () => undefined;
  constructor(readonly url: string) {
    super();
    FakeSource.made.push(this);
  }
  close() {
    this.readyState = FakeSource.CLOSED;
  }
}

let link: EventLink;
let visible: DocumentVisibilityState;
const turn = (to: DocumentVisibilityState) => {
  visible = to;
  document.dispatchEvent(new Event('visibilitychange'));
};
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', FakeSource);
  FakeSource.made = [];
  visible = 'visible';
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visible);
  link = new EventLink();
  link.start();
  FakeSource.made[0]?.onopen();
});
afterEach(() => {
  link.stop();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
const open = () => FakeSource.made.filter((one) => one.readyState !== FakeSource.CLOSED);

describe('the event stream of a page that slept', () => {
  it('is opened anew, and caught up, for a dead connection tells nobody', () => {
    FakeSource.made[0]?.dispatchEvent(new MessageEvent('journal', { data: '{}', lastEventId: '7' }));
    turn('hidden');
    vi.advanceTimersByTime(SLEPT_MS + 1);
    turn('visible');
    expect(FakeSource.made).toHaveLength(2);
    expect(open()).toEqual([FakeSource.made[1]]);
    expect(FakeSource.made[1]?.url).toContain('last_event_id=7');
  });
  it('is opened anew when the network comes back', () => {
    window.dispatchEvent(new Event('online'));
    expect(open()).toEqual([FakeSource.made[1]]);
  });
  it('stays where one only looked at another window', () => {
    turn('hidden');
    turn('visible');
    expect(FakeSource.made).toHaveLength(1);
  });
  it('stays closed where it was ended', () => {
    link.stop();
    window.dispatchEvent(new Event('online'));
    turn('hidden');
    vi.advanceTimersByTime(SLEPT_MS + 1);
    turn('visible');
    expect(open()).toEqual([]);
  });
});

describe('the event stream of a station that lost its power', () => {
  it('is opened anew when not even its beat is heard, and is not called online meanwhile', () => {
    for (let beat = 0; beat < 5; beat += 1) {
      vi.advanceTimersByTime(SILENT_MS - 1);
      FakeSource.made[0]?.dispatchEvent(new MessageEvent('beat', { data: '1' }));
    }
    expect(FakeSource.made).toHaveLength(1);
    expect(link.link).toBe('online');
    vi.advanceTimersByTime(SILENT_MS);
    expect(open()).toEqual([FakeSource.made[1]]);
    expect(link.link).toBe('reconnecting');
    vi.advanceTimersByTime(SILENT_MS); // nor does it answer the new one
    expect(open()).toEqual([FakeSource.made[2]]);
  });
});
