import { i18n } from '@lingui/core';
import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stationSaidTime } from '@/api/clock';
import { newQueryClient } from '@/api/hooks';
import type { Lock } from '@/api/types';
import { FakeClient } from '@/calls/FakeClient';
import { Phone } from '@/calls/store';
import { CodeDialog } from '@/console/CodeDialog';
import { CardDialog } from '@/console/cards/CardDialog';
import { MonitorDialog } from '@/console/monitors/MonitorDialog';
import { PairDialog } from '@/console/monitors/PairDialog';
import { BatchDialog } from '@/console/rooms/BatchDialog';
import { RoomDialog } from '@/console/rooms/RoomDialog';
import { learn } from '@/i18n/station';
import { CallScreen } from '@/monitor/CallScreen';
import { Toasts, complain } from '@/ui/Toasts';
import { inPage } from './inPage';

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
let answers: Record<string, () => Response | Promise<Response>>;
beforeEach(() => {
  answers = {};
  HTMLDialogElement.prototype.showModal ??= function showModal(this: HTMLDialogElement) { this.open = true; };
  HTMLDialogElement.prototype.close ??= function close(this: HTMLDialogElement) { this.open = false; };
  HTMLMediaElement.prototype.play = async () => undefined;
  vi.stubGlobal('fetch', vi.fn(async (url: string, options: RequestInit) => (answers[`${options.method} ${new URL(url, 'http://door').pathname.replace('/api/v1', '')}`] ?? (() => json({ items: [] })))()));
});
afterEach(() => {
  vi.unstubAllGlobals();
  learn({});
});
const shown = (page: ReactNode, client = newQueryClient()) => ({
  client,
  ...render(inPage(page, client)),
});

describe('changing what another changed meanwhile', () => {
  // The tables may be from long before the dialog was opened: what they said then is not to be said again.
  const sent = () => vi.mocked(fetch).mock.calls.filter(([, options]) => options?.method === 'PATCH').map(([, options]) => JSON.parse(String(options?.body)));
  const locks: Lock[] = [1, 2].map((number) => ({ number, name: `Door ${number}`, state: 'locked' }) as Lock);
  const done = () => undefined;
  const save = () => userEvent.click(screen.getByText('Save'));
  const rename = (label: string) => fireEvent.change(screen.getByLabelText(label), { target: { value: 'Anew' } });

  it('a code that was made inactive stays so when it gets another name', async () => {
    shown(<CodeDialog code={{ id: 1, name: 'Cleaner', room: '101', locks: [1], active: true }} locks={locks} onClose={done} onDone={done} />);
    rename('Name');
    await save();
    await waitFor(() => expect(sent()).toEqual([{ name: 'Anew' }]));
  });
  it('a card that is a main card no more stays so', async () => {
    shown(<CardDialog card={{ id: 1, ending: 'B2C3', room: '101', locks: [1, 2], main: true, lost: false }} locks={locks} onClose={done} onDone={done} />);
    rename('Holder');
    await save();
    await waitFor(() => expect(sent()).toEqual([{ name: 'Anew' }]));
  });
  it('a monitor that may open a door no more stays so, and a door that is taken from it is', async () => {
    answers['GET /locks'] = () => json({ items: locks });
    shown(<MonitorDialog monitor={{ account: '101#0', room: '101', kind: 'browser', name: 'Tablet', locks: [1, 2] }} onClose={done} onDone={done} />);
    rename('Name');
    await screen.findByLabelText('Door 2');
    await save();
    await waitFor(() => expect(sent()).toEqual([{ name: 'Anew' }]));
    await userEvent.click(screen.getByLabelText('Door 2'));
    await save();
    await waitFor(() => expect(sent()[1]).toEqual({ name: 'Anew', locks: [1] }));
  });
  it('the names of a room that were not touched stay', async () => {
    shown(<RoomDialog room={{ number: '101', first_name: 'Ada', last_name: 'Old', nick_name: '', monitors: 0, online: 0 }} onClose={done} onDone={done} />);
    rename('Nick name');
    await save();
    await waitFor(() => expect(sent()).toEqual([{ nick_name: 'Anew' }]));
  });
});

describe('pairing a monitor', () => {
  it('does not take for the new device a phone that the room got before', async () => {
    const client = newQueryClient();
    // What an earlier pairing for the room saw last; the phone was added since.
    client.setQueryData(['monitors', '101'], { items: [] }, { updatedAt: 1 });
    answers['GET /monitors'] = () => json({ items: [{ account: '101#1', kind: 'phone', name: 'Desk phone', room: '101' }] });
    answers['POST /pairings'] = () => json({ token: 't', short_code: 'ABCD2345', path: '/monitor#pair=t', expires_at: new Date(Date.now() + 600_000).toISOString() });
    shown(<PairDialog kind="monitor" room="101" onClose={() => undefined} />, client);
    await screen.findByText('ABCD2345');
    await waitFor(() => expect(client.getQueryState(['monitors', '101'])?.dataUpdatedAt).toBeGreaterThan(1));
    await new Promise((done) => setTimeout(done, 20));
    expect(screen.queryByText('Desk phone is paired')).toBeNull();
    // The device itself, when it comes, is seen.
    answers['GET /monitors'] = () => json({ items: [{ account: '101#1', kind: 'phone', name: 'Desk phone' }, { account: '101#2', kind: 'browser', name: 'Tablet' }] });
    await client.refetchQueries({ queryKey: ['monitors', '101'] });
    await screen.findByText('Tablet is paired');
  });
});

describe('a station whose clock is wrong', () => {
  afterEach(() => stationSaidTime(new Date().toUTCString()));
  it('shows for how long a code is valid all the same, and the code', async () => {
    const there = Date.now() - 7_200_000;
    answers['POST /pairings'] = () =>
      new Response(JSON.stringify({ token: 't', short_code: 'ABCD2345', path: '/monitor#pair=t', expires_at: new Date(there + 600_000).toISOString() }), { headers: { Date: new Date(there).toUTCString() } });
    shown(<PairDialog kind="monitor" room="101" onClose={() => undefined} />);
    await screen.findByText(/Valid for (10:00|9:5\d)/);
    expect(screen.queryByText('Time is over')).toBeNull();
  });
});

describe('adding many rooms', () => {
  it('says in the chosen language why a room was left out', async () => {
    learn({ 'There is a room {0} already.': 'Es gibt schon ein Zimmer {0}.' });
    i18n.load('en', { 'There is a room {0} already.': ['Es gibt schon ein Zimmer ', ['0'], '.'] });
    answers['POST /rooms/batch'] = () => json({ created: ['101'], skipped: [{ number: '102', reason: 'There is a room 102 already.' }] });
    shown(<BatchDialog onClose={() => undefined} onDone={() => undefined} />);
    await userEvent.click(screen.getByRole('button', { name: 'Add the rooms', hidden: true }));
    await screen.findByText(/Es gibt schon ein Zimmer 102/);
  });
  it('counts as one the one that was left out, too', async () => {
    answers['POST /rooms/batch'] = () => json({ created: ['101'], skipped: [{ number: '102', reason: 'There is a room 102 already.' }] });
    shown(<BatchDialog onClose={() => undefined} onDone={() => undefined} />);
    await userEvent.click(screen.getByRole('button', { name: 'Add the rooms', hidden: true }));
    await screen.findByText('1 was added, 1 was left out');
  });
  it('counts one room as one', async () => {
    const done = vi.fn();
    answers['POST /rooms/batch'] = () => json({ created: ['101'], skipped: [] });
    shown(<BatchDialog onClose={() => undefined} onDone={done} />);
    await userEvent.click(screen.getByRole('button', { name: 'Add the rooms', hidden: true }));
    await waitFor(() => expect(done).toHaveBeenCalledWith('1 room was added.'));
  });
});

describe('the screen of a call', () => {
  const door: Lock = { number: 1, name: 'Front door', state: 'locked' };
  const device = { kind: 'monitor', account: '101', password: 'x', room: '101', station: { name: 'House', number: '8001' } } as const;
  const ringing = () => {
    const telephone = new FakeClient();
    const phone = new Phone(telephone);
    phone.start();
    telephone.ring();
    answers['GET /locks'] = () => json({ items: [door] });
    answers['POST /locks/1/unlock'] = () => json({ state: 'unlocked' });
    const page = () => <CallScreen phone={phone} state={phone.get()} device={device} />;
    const { client, rerender } = shown(page());
    const again = () => rerender(inPage(page(), client));
    const state = (now: Lock['state']) => client.setQueryData(['locks'], { items: [{ ...door, state: now }] });
    return { telephone, phone, again, state };
  };

  it.each([
    ['insecure', /https/],
    ['missing', /No microphone was found/],
    ['refused', /site settings/],
    ['busy', /Another program/],
  ] as const)('C01 says that the visitor cannot hear, why (%s) and what to do', async (why, words) => {
    const { telephone, phone, again } = ringing();
    telephone.fault = why;
    await phone.answer();
    again();
    expect((await screen.findByText('The visitor cannot hear you')).closest('[role=alert]')?.textContent).toMatch(words);
    // A microphone that is not there cannot be muted.
    expect(screen.queryByRole('button', { name: 'Mute' })).toBeNull();
  });

  it('C01 says nothing of the kind where the visitor hears', async () => {
    const { phone, again } = ringing();
    await phone.answer();
    again();
    await screen.findByRole('button', { name: 'Mute' });
    expect(screen.queryByText('The visitor cannot hear you')).toBeNull();
  });

  it('A13 says that the door is open only while it is', async () => {
    const { state } = ringing();
    await userEvent.click(await screen.findByRole('button', { name: 'Unlock' }));
    await screen.findByText('Front door is open');
    state('locked');
    await waitFor(() => expect(screen.queryByText('Front door is open')).toBeNull());
  });

  it('A13 sends one order, however often one presses until it is answered', async () => {
    ringing();
    let done: (answer: Response) => void = () => undefined;
    let orders = 0;
    answers['POST /locks/1/unlock'] = () => {
      orders += 1;
      return new Promise<Response>((answer) => { done = answer; });
    };
    const button = await screen.findByRole('button', { name: 'Unlock' });
    for (let press = 0; press < 3; press += 1) await userEvent.click(button);
    await waitFor(() => expect(orders).toBe(1));
    done(json({ state: 'unlocked' }));
    await screen.findByText('Front door is open');
    expect(orders).toBe(1);
  });

  it('A13 says soon that an order was not answered, above the buttons', async () => {
    ringing();
    const timers = vi.spyOn(globalThis, 'setTimeout');
    answers['POST /locks/1/unlock'] = () => Promise.reject(new DOMException('', 'TimeoutError'));
    await userEvent.click(await screen.findByRole('button', { name: 'Unlock' }));
    expect((await screen.findByText('The station does not answer.')).closest('main')).not.toBeNull();
    expect(timers.mock.calls.map(([, limit]) => limit)).toContain(10_000);
  });

  it('A13 keeps no order for when there is a network again', async () => {
    ringing();
    let orders = 0;
    answers['POST /locks/1/unlock'] = () => {
      orders += 1;
      return Promise.reject(new TypeError('failed'));
    };
    const button = await screen.findByRole('button', { name: 'Unlock' });
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    window.dispatchEvent(new Event('offline'));
    await userEvent.click(button);
    await screen.findByText('The station does not answer.');
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(true);
    window.dispatchEvent(new Event('online'));
    await new Promise((later) => setTimeout(later, 0));
    expect(orders).toBe(1);
  });

  it('C01 takes away what was said before, which would lie over its buttons', async () => {
    complain(new Error('Yesterday.'));
    shown(<Toasts />);
    await screen.findByText('Yesterday.');
    ringing();
    await waitFor(() => expect(screen.queryByText('Yesterday.')).toBeNull());
  });

  it('A13 offers no door to a monitor that may open none', async () => {
    answers['GET /monitors'] = () => json({ items: [{ account: '101', kind: 'browser', locks: [] }] });
    ringing();
    await screen.findByRole('button', { name: 'Answer' });
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Unlock' })).toBeNull());
  });

  it('A13 says that the lock jammed instead', async () => {
    const { state } = ringing();
    await userEvent.click(await screen.findByRole('button', { name: 'Unlock' }));
    await screen.findByText('Front door is open');
    state('jammed');
    await screen.findByText('Front door: Jammed');
    expect(screen.queryByText('Front door is open')).toBeNull();
  });

  it('A13 does not tell the next caller’s resident that the door was opened for the last one', async () => {
    const { state, telephone, again } = ringing();
    await userEvent.click(await screen.findByRole('button', { name: 'Unlock' }));
    await screen.findByText('Front door is open');
    telephone.end('ended');
    again();
    state('locked');
    telephone.ring({ id: 'next' });
    again();
    await screen.findByText('Ringing');
    expect(screen.queryByText('Front door is open')).toBeNull();
  });
});
