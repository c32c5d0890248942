// A session of the console that ends while somebody works: idle for long, the station restarted, another admin ended it.
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { QueryClientProvider } from '@tanstack/react-query';
import { act, configure, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { StrictMode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newQueryClient } from '@/api/hooks';
import { Console, WAITS_MS } from '@/console/Console';
import { Toasts, hush } from '@/ui/Toasts';
// Loaded beforehand, as by a page that one has seen already.
import '@/console/pages/Codes';
import '@/console/pages/Monitors';

// A whole console on a busy machine.
vi.setConfig({ testTimeout: 60_000 });
configure({ asyncUtilTimeout: 20_000 });

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
let mine: { account: string; role: string; csrf: string };
const locks = [{ number: 1, name: 'Front door', state: 'locked' }, { number: 2, name: 'Yard', state: 'locked' }];

let loggedIn: boolean;
let initialised: boolean;
/** What the station refuses. */
let refused: Record<string, [number, string, string]>;
let sent: [string, unknown][];
class SilentSource extends EventTarget {
  readyState = 1;
  close() {}
}
beforeEach(() => {
  loggedIn = true;
  initialised = true;
  refused = {};
  mine = { account: 'admin', role: 'admin', csrf: 'token' };
  sent = [];
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) { this.open = true; };
  HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) { this.open = false; };
  vi.stubGlobal('EventSource', SilentSource);
  vi.stubGlobal('fetch', async (url: string, { method = 'GET', body }: RequestInit = {}) => {
    const path = new URL(url, 'http://door').pathname.replace('/api/v1', '');
    const no = refused[`${method} ${path}`];
    if (no) return json({ error: { code: no[1], message: no[2] } }, no[0]);
    if (path === '/login') {
      loggedIn = true;
      return json(mine);
    }
    if (path === '/state') return json({ initialised, version: '1', station: { name: 'House', number: '8001' }, session: loggedIn ? mine : null });
    if (!loggedIn) return json({ error: { code: 'unauthenticated', message: 'Log in first.' } }, 401);
    if (method !== 'GET') sent.push([`${method} ${path}`, body && JSON.parse(String(body))]);
    if (path === '/monitors' && method === 'POST') return json({ user: '101#3', password: 'shown-only-now', domain: 'VDP', server: '192.0.2.1', ports: {} });
    if (path === '/settings/schema') return json({ pages: [], settings: [] });
    return json({ items: path === '/locks' ? locks : [], values: {} });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  window.location.hash = '';
  act(hush);
});

const show = (page: string) => {
  window.location.hash = page;
  render(
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <QueryClientProvider client={newQueryClient()}>
          <Console />
          <Toasts />
        </QueryClientProvider>
      </I18nProvider>
    </StrictMode>,
  );
};
const logInAgain = async () => {
  await userEvent.type(await screen.findByLabelText('Password'), 'good');
  await userEvent.click(screen.getByRole('button', { name: 'Log in' }));
};

describe('S04 a session that ends while something is typed', () => {
  it('gives it back after the next login, as it was', async () => {
    show('/access/codes');
    await userEvent.click((await screen.findAllByRole('button', { name: 'Add a code' }))[0]!);
    let dialog = await screen.findByRole('dialog');
    await userEvent.type(within(dialog).getByLabelText('Name'), 'Cleaner');
    await userEvent.type(within(dialog).getByLabelText('Code'), '4711');
    await userEvent.click(within(dialog).getByRole('checkbox', { name: 'Yard' }));
    loggedIn = false;
    await userEvent.click(within(dialog).getByRole('button', { name: 'Add' }));
    await screen.findByRole('heading', { name: 'Log in' });
    // Nothing of the console is to be seen or reached meanwhile.
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.queryByRole('navigation')).toBeNull();
    await logInAgain();
    dialog = await screen.findByRole('dialog');
    expect(within(dialog).queryByText('Log in first.')).toBeNull();
    await userEvent.click(within(dialog).getByRole('button', { name: 'Add' }));
    await waitFor(() => expect(sent).toEqual([['POST /codes', { name: 'Cleaner', code: '4711', room: '', locks: [1, 2], active: true }]]));
  });

  const untilThePasswordIsHidden = async () => {
    show('/household/monitors');
    await userEvent.click((await screen.findAllByRole('button', { name: 'Add a SIP phone' }))[0]!);
    await userEvent.type(within(await screen.findByRole('dialog')).getByLabelText('Room'), '101');
    await userEvent.click(screen.getByRole('button', { name: 'Make the account' }));
    await screen.findByText('shown-only-now');
    loggedIn = false;
    // The list of monitors is asked for now and then.
    window.dispatchEvent(new Event('visibilitychange'));
    await screen.findByRole('heading', { name: 'Log in' });
  };

  it('does not take a password with it that is shown only once', async () => {
    await untilThePasswordIsHidden();
    await logInAgain();
    within(await screen.findByRole('dialog')).getByText('shown-only-now');
  });

  it('shows nothing of it to another account', async () => {
    await untilThePasswordIsHidden();
    mine = { ...mine, account: 'second' };
    await logInAgain();
    await screen.findByRole('navigation', { name: 'Console' });
    expect(document.body.textContent).not.toContain('shown-only-now');
  });

  it('lets no password lie behind the login for long', async () => {
    const timers = vi.spyOn(window, 'setTimeout');
    await untilThePasswordIsHidden();
    expect(document.body.textContent).toContain('shown-only-now');
    const over = timers.mock.calls.find(([, after]) => after === WAITS_MS)![0] as () => void;
    act(over);
    expect(document.body.textContent).not.toContain('shown-only-now');
  });
});

describe('S01 a page that is from before the station was set up, or reset', () => {
  const setUp = async () => {
    for (const [label, text] of [['One-time code', '123456'], ['Password of the account admin', 'Door-bell-7'], ['The same password again', 'Door-bell-7'], ['E-mail address', 'a@example.com']] as const)
      await userEvent.type(await screen.findByLabelText(label), text);
    await userEvent.click(screen.getByRole('button', { name: 'Set up the station' }));
  };
  it('offers to log in where the station has been set up already, as it says', async () => {
    initialised = loggedIn = false;
    show('/');
    await screen.findByText('Welcome. Make this station yours.');
    initialised = true;
    refused['POST /setup'] = [409, 'conflict', 'The station has been set up already. Log in.'];
    await setUp();
    await screen.findByRole('heading', { name: 'Log in' });
  });
  it('offers to set the station up where it was reset, as it says', async () => {
    loggedIn = false;
    show('/');
    await screen.findByRole('heading', { name: 'Log in' });
    initialised = false;
    refused['POST /login'] = [403, 'set_up_first', 'Set the station up first: open its page and enter the one-time code.'];
    await logInAgain();
    await screen.findByText('Welcome. Make this station yours.');
  });
});

describe('S04 logging out', () => {
  it('that the station did not carry out is told, and nothing is left', async () => {
    show('/access/codes');
    await screen.findByRole('heading', { name: 'Codes' });
    refused['POST /logout'] = [503, 'busy', 'The station is busy.'];
    await userEvent.click(screen.getByRole('button', { name: /^Log out/ }));
    await screen.findByText('The station is busy.');
    expect(screen.getByRole('heading', { name: 'Codes' })).toBeTruthy();
  });
});

describe('the menu of a narrow screen', () => {
  it('takes the focus when it opens, and gives it back when it is closed', async () => {
    show('/access/codes');
    await screen.findByRole('heading', { name: 'Codes' });
    const open = screen.getByRole('button', { name: 'Open the menu' });
    const close = screen.getByRole('button', { name: 'Close the menu' });
    await userEvent.click(open);
    expect(document.activeElement).toBe(close);
    await userEvent.keyboard('{Escape}');
    expect(document.activeElement).toBe(open);
    await userEvent.click(open);
    await userEvent.click(close);
    expect(document.activeElement).toBe(open);
    // Nobody's focus is taken by a key that closes nothing.
    screen.getByRole('main').focus();
    await userEvent.keyboard('{Escape}');
    expect(document.activeElement).toBe(screen.getByRole('main'));
  });
});
