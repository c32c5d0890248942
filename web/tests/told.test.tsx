// What the station tells while a page asks, and after nobody listened for a while.
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Activity, type ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { events } from '@/api/events';
import { newQueryClient, useOverview } from '@/api/hooks';
import type { JournalPage } from '@/api/types';
import { CallsNow, OnlineNow } from '@/console/Now';
import { noFilter } from '@/console/journal/filter';
import { PAGE, useLiveEntries } from '@/console/journal/live';
import Doors from '@/console/pages/Doors';
import Journal from '@/console/pages/Journal';
import Monitors from '@/console/pages/Monitors';
import { RoomJournal } from '@/monitor/RoomJournal';
import { inPage } from './inPage';

const json = (body: unknown) => new Response(JSON.stringify(body));

let sources: EventTarget[];
let answers: ((body: unknown) => void)[];
let now: Record<string, unknown>;
beforeEach(() => {
  sources = [];
  answers = [];
  now = {};
  vi.stubGlobal('EventSource', class extends EventTarget {
    readyState = 1;
    constructor() {
      super();
      sources.push(this);
    }
    close() {}
  });
  // What has an answer is answered at once; the rest when the test lets it be.
  vi.stubGlobal('fetch', (url: string, { method = 'GET' }: RequestInit = {}) => {
    const path = `${method} ${new URL(url, 'http://door').pathname.replace('/api/v1', '')}`;
    return path in now ? Promise.resolve(json(now[path])) : new Promise<Response>((done) => answers.push((body) => done(json(body))));
  });
  vi.stubGlobal('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} });
  events.start();
});
afterEach(() => {
  events.stop();
  vi.unstubAllGlobals();
});

const tell = (name: string, data: unknown) => sources.at(-1)!.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
const arrives = async (body: unknown) => {
  await waitFor(() => expect(answers).toHaveLength(1));
  answers.shift()!(body);
};
const show = (page: ReactNode, client = newQueryClient()) =>
  render(inPage(page, client));
const door = (state: string) => ({ number: 1, name: 'Front door', state });
const entry = (id: number) => ({ id, time: '2026-03-01T10:00:00Z', kind: 'call', event: 'call.cancelled', severity: 'information', message: `Entry ${id}.`, room: '101' });
const monitor = (online: boolean) => ({ account: '101#1', kind: 'browser', name: 'Tablet', room: '101', online });
const call = (state: string) => ({ id: '7', room: '101', state });

describe('what is told while a list is under way, which is from before that', () => {
  it('A05 stays: a door that was locked again meanwhile', async () => {
    show(<Doors />);
    await waitFor(() => expect(answers).toHaveLength(1));
    tell('lock', { number: 1, state: 'locked' });
    await arrives({ items: [door('unlocked')] });
    await screen.findByText('Locked');
    expect(screen.queryByText('Open')).toBeNull();
  });

  it('A13 stays: the answer to an order comes after the door was locked again', async () => {
    now['GET /locks'] = { items: [door('locked')] };
    show(<Doors />);
    await userEvent.click(await screen.findByRole('button', { name: 'Unlock Front door' }));
    await waitFor(() => expect(answers).toHaveLength(1));
    for (const state of ['unlocked', 'locked']) tell('lock', { number: 1, state });
    await arrives({ state: 'unlocked' });
    await new Promise((done) => setTimeout(done, 50));
    await screen.findByText('Locked');
  });

  it('N09 stays: an entry of the journal', async () => {
    show(<Journal />);
    await waitFor(() => expect(answers).toHaveLength(1));
    tell('journal', entry(8));
    await arrives({ items: [entry(7)] });
    await screen.findByRole('article', { name: 'Entry 7.' });
    await screen.findByRole('article', { name: 'Entry 8.' });
  });

  it('H10 stays: a monitor that came', async () => {
    show(<Monitors />);
    await waitFor(() => expect(answers).toHaveLength(1));
    tell('monitor', { account: '101#1', online: true });
    await arrives({ items: [monitor(false)] });
    await screen.findByText('Online');
  });

  it('C01 stays: a call that ended', async () => {
    const { container } = show(<CallsNow />);
    await waitFor(() => expect(answers).toHaveLength(1));
    tell('call', call('ended'));
    await arrives({ items: [call('ringing')] });
    await new Promise((done) => setTimeout(done, 50));
    expect(container.textContent).not.toContain('Ringing');
  });
});

describe('what is told while more of a list is under way', () => {
  it('N09 stays: an entry of the journal', async () => {
    show(<Journal />);
    await arrives({ items: [entry(3), entry(2)], next_cursor: '2' });
    await screen.findByRole('article', { name: 'Entry 3.' });
    await waitFor(() => expect(answers).toHaveLength(1)); // the next page
    tell('journal', entry(4));
    await new Promise((done) => setTimeout(done, 100));
    await arrives({ items: [entry(1)], next_cursor: null });
    await screen.findByRole('article', { name: 'Entry 1.' });
    await screen.findByRole('article', { name: 'Entry 4.' });
  });
});

describe('what the stream catches up with', () => {
  it('N09 is not put on top of entries that are newer', async () => {
    now['GET /journal'] = { items: [entry(9), entry(8)] };
    show(<Journal />);
    await screen.findByRole('article', { name: 'Entry 9.' });
    for (const id of [3, 8, 10]) tell('journal', entry(id));
    await screen.findByRole('article', { name: 'Entry 10.' });
    expect(screen.getAllByRole('article').map((one) => one.getAttribute('aria-label'))).toEqual(['Entry 10.', 'Entry 9.', 'Entry 8.']);
  });
});

describe('what happened while nobody listened', () => {
  it('H10 is asked for when the stream is back: who is online', async () => {
    now['GET /monitors'] = { items: [monitor(true)] };
    show(<OnlineNow />);
    await screen.findByText('Online');
    now['GET /monitors'] = { items: [monitor(false)] };
    tell('hello', {});
    await screen.findByText('Offline');
  });

  it('C01 is asked for by the overview that comes back within seconds: a call that ended meanwhile', async () => {
    const client = newQueryClient();
    now['GET /calls'] = { items: [call('ringing')] };
    const { unmount } = show(<CallsNow />, client);
    await screen.findByText('Ringing: Room 101');
    unmount();
    now['GET /calls'] = { items: [] };
    const { container } = show(<CallsNow />, client);
    await waitFor(() => expect(container.textContent).not.toContain('Ringing'));
  });

  it('C01 is asked for after a call: the one that was missed', async () => {
    const client = newQueryClient();
    now['GET /journal'] = { items: [] };
    const { unmount } = show(<RoomJournal room="101" missed />, client);
    await screen.findByText('No missed calls.');
    unmount(); // somebody rang, and gave up
    now['GET /journal'] = { items: [entry(7)] };
    show(<RoomJournal room="101" missed />, client);
    await screen.findByText('Entry 7.');
  });
});

describe('a house whose monitors all come back after a power cut', () => {
  it('N09 is listed some entries at a time, and by the newest alone', async () => {
    const client = newQueryClient();
    const key = ['journal', noFilter];
    client.setQueryData(key, { pages: [{ items: [entry(4), entry(3)], next_cursor: '3' }, { items: [entry(2)], next_cursor: null }], pageParams: ['', '3'] });
    function Probe() {
      return <output>{useLiveEntries(key, noFilter).size}</output>;
    }
    show(<Probe />, client);
    let changes = 0;
    const stop = client.getQueryCache().subscribe(({ type }) => void (type === 'updated' && changes++));
    const shown = () => client.getQueryData<{ pages: JournalPage[] }>(key)!.pages;
    tell('journal', entry(5));
    await waitFor(() => expect(shown().map((page) => page.items.length)).toEqual([3, 1]));
    for (let id = 6; id <= 3_000; id++) tell('journal', entry(id));
    await waitFor(() => expect(Number(shown()[0]!.items[0]!.id)).toBe(3_000));
    stop();
    expect(changes).toBeLessThan(20);
    const [page, ...others] = shown();
    expect(page!.items.map((one) => Number(one.id))).toEqual(Array.from({ length: PAGE }, (_, row) => 3_000 - row));
    expect(page!.next_cursor, 'what was cut off comes as the next page').toBe(String(3_001 - PAGE));
    expect(others).toEqual([]);
    await screen.findByText('50');
  });

  it('N09 goes on where the page is hidden in the middle, for a new login, and shown again', async () => {
    const client = newQueryClient();
    const key = ['journal', noFilter];
    client.setQueryData(key, { pages: [{ items: [entry(1)], next_cursor: null }], pageParams: [''] });
    function Probe() {
      return <output>{useLiveEntries(key, noFilter).size}</output>;
    }
    const page = (mode: 'hidden' | 'visible') => inPage(<Activity mode={mode}><Probe /></Activity>, client);
    const { rerender } = render(page('visible'));
    tell('journal', entry(2));
    rerender(page('hidden'));
    await new Promise((done) => setTimeout(done, 100));
    rerender(page('visible'));
    tell('journal', entry(3));
    const shown = () => client.getQueryData<{ pages: JournalPage[] }>(key)!.pages[0]!.items.map((one) => Number(one.id));
    await waitFor(() => expect(shown()).toEqual([3, 2, 1]));
  });

  it('is looked over once a second at most', async () => {
    let asked = 0;
    vi.stubGlobal('fetch', async () => {
      asked++;
      return json({});
    });
    function Probe() {
      useOverview();
      return null;
    }
    show(<Probe />);
    await waitFor(() => expect(asked).toBe(1));
    for (let number = 0; number < 50; number++) {
      tell('monitor', { account: `${number}#0`, online: true });
      await new Promise((done) => setTimeout(done, 5));
    }
    expect(asked).toBeLessThanOrEqual(3);
    await waitFor(() => expect(asked, 'and once more when they are back').toBe(3), { timeout: 3_000 });
  });
});
