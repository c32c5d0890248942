import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { QueryClientProvider } from '@tanstack/react-query';
import { act, render, renderHook, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/client';
import { events } from '@/api/events';
import { newQueryClient } from '@/api/hooks';
import type { Setting } from '@/api/types';
import { loadLanguage } from '@/i18n';
import { unitOf } from '@/i18n/format';
import Settings from '@/console/pages/Settings';
import { SettingsForm } from '@/console/settings/SettingsForm';
import { discard, draft, useDraftedPages, useDrafts } from '@/console/settings/drafts';
import { type Drafts, changes, coerce, errorsByField, shown, visible } from '@/console/settings/model';

const settings: Setting[] = [
  { key: 'call.ring', page: 'calls', title: 'Ring for', help: 'Then nobody is at home.', type: 'duration', default: 30, minimum: 10, maximum: 120, unit: 'seconds', applies: 'now' },
  { key: 'call.hang_up', page: 'calls', title: 'Hang up after opening', type: 'boolean', default: false, applies: 'now' },
  { key: 'call.delay', page: 'calls', title: 'Hang up after', type: 'duration', default: 5, minimum: 1, maximum: 60, unit: 'seconds', applies: 'restart', depends_on: { key: 'call.hang_up', value: true } },
  { key: 'call.centre', page: 'calls', title: 'Centre', type: 'text', default: '888888', max_length: 9, applies: 'now' },
  { key: 'call.size', page: 'calls', title: 'Size', type: 'choice', default: 'small', choices: [{ value: 'small', title: 'Small' }, { value: 'large', title: 'Large' }], applies: 'now' },
  { key: 'call.secret', page: 'calls', title: 'Password', type: 'secret', applies: 'now' },
];
const values = { 'call.ring': 45, 'call.hang_up': false, 'call.delay': 5, 'call.centre': '888888', 'call.size': 'small', 'call.secret': { set: true } };
const [ring, , delay, , , secret] = settings as [Setting, Setting, Setting, Setting, Setting, Setting];

describe('the rules of a settings page', () => {
  it('shows the draft, else the value, else the default; never a secret', () => {
    expect(shown(ring, values, { 'call.ring': '50' })).toBe('50');
    expect(shown(ring, values, {})).toBe(45);
    expect(shown(ring, {}, {})).toBe(30);
    expect(shown(secret, values, {})).toBe('');
  });
  it('shows a dependent field only while it matters', () => {
    expect(visible(delay, settings, values, {})).toBe(false);
    expect(visible(delay, settings, values, { 'call.hang_up': true })).toBe(true);
  });
  it('survives fields that depend on each other in a ring', () => {
    const a: Setting = { ...ring, key: 'a', default: 1, depends_on: { key: 'b', value: 1 } };
    const b: Setting = { ...ring, key: 'b', default: 1, depends_on: { key: 'a', value: 1 } };
    expect(visible(a, [a, b], {}, {})).toBe(true);
  });
  it('sends only what differs, numbers as numbers', () => {
    expect(changes(settings, values, { 'call.ring': '45', 'call.centre': '777', 'call.secret': '' })).toEqual({ 'call.centre': '777' });
    expect(changes(settings, values, { 'call.ring': '60' })).toEqual({ 'call.ring': 60 });
  });
  it('passes on what is no number, so that the station can say so', () => {
    expect(coerce(ring, '12x')).toBe('12x');
    expect(coerce(ring, ' 12 ')).toBe(12);
  });
  it('says one second and two seconds', () => {
    expect([1, '1', ' 1 ', 2, 0, '', '1.5', 'x'].map((value) => unitOf('seconds', value))).toEqual(['second', 'second', 'second', 'seconds', 'seconds', 'seconds', 'seconds', 'seconds']);
    expect([unitOf('minutes', 1), unitOf('minutes', 5), unitOf('%', 1), unitOf(undefined, 1)]).toEqual(['minute', 'minutes', '%', '']);
  });
  it('says so in German, too', async () => {
    await loadLanguage('de');
    const units = [unitOf('seconds', 1), unitOf('seconds', 2), unitOf('minutes', '1'), unitOf('minutes', 0)];
    await loadLanguage('en');
    expect(units).toEqual(['Sekunde', 'Sekunden', 'Minute', 'Minuten']);
  });
  it('keeps an error of an unknown field readable', () => {
    expect(errorsByField(settings, settings, [{ field: 'other', message: 'No.' }])).toEqual({ '': 'other: No.' });
  });
  it('keeps an error of a hidden field readable, under its title', () => {
    const refusals = [{ field: 'call.delay', message: 'Too long.' }, { field: 'call.delay', message: 'Hang up after must be 1 to 60 seconds.' }];
    expect(errorsByField([ring], settings, refusals)).toEqual({ '': 'Hang up after: Too long. Hang up after must be 1 to 60 seconds.' });
  });
  it('does not send what is hidden', () => {
    const drafts = { 'call.ring': '60', 'call.delay': '9000' };
    expect(changes(settings, values, drafts)).toEqual({ 'call.ring': 60 });
    expect(changes(settings, values, { ...drafts, 'call.hang_up': true })).toEqual({ 'call.ring': 60, 'call.hang_up': true, 'call.delay': 9000 });
  });
});

describe('a settings page', () => {
  let drafts: { current: Drafts };
  const held = () => drafts.current;
  beforeEach(() => {
    discard(settings.map((one) => one.key));
    drafts = renderHook(useDrafts).result;
  });
  const show = (save = vi.fn(async () => ({ changed: [], restart_needed: false }))) => {
    const page = (now: typeof values) => (
      <I18nProvider i18n={i18n}>
        <SettingsForm settings={settings} all={settings} values={now} save={save} />
      </I18nProvider>
    );
    const { rerender } = render(page(values));
    return { save, user: userEvent.setup(), rerender: (now: typeof values) => rerender(page(now)) };
  };

  it('gives each field its title, help, unit and bounds', () => {
    show();
    const field = screen.getByLabelText('Ring for');
    expect(field).toHaveProperty('value', '45');
    const help = document.getElementById(field.getAttribute('aria-describedby') ?? '');
    expect(help?.textContent).toContain('Then nobody is at home.');
    expect(help?.textContent).toContain('10 to 120 seconds');
  });

  it('says what Save will change, and sends exactly that', async () => {
    const { save, user } = show();
    await user.clear(screen.getByLabelText('Ring for'));
    await user.type(screen.getByLabelText('Ring for'), '60');
    expect(screen.getByText('Ring for: 45 → 60')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(save).toHaveBeenCalledWith({ 'call.ring': 60 }));
  });

  it('puts a refusal beside its field in the words of the station and keeps what was typed', async () => {
    const words = 'Ring for: 500 is not between 10 and 120.';
    const { user } = show(vi.fn(async () => Promise.reject(new ApiError(422, 'invalid', 'Wrong.', [{ field: 'call.ring', message: words }]))));
    await user.clear(screen.getByLabelText('Ring for'));
    await user.type(screen.getByLabelText('Ring for'), '500');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText(words)).toBeTruthy();
    expect(screen.getByLabelText('Ring for')).toHaveProperty('value', '500');
    expect(screen.getByLabelText('Ring for').getAttribute('aria-invalid')).toBe('true');
  });

  it('keeps unsaved input when the page is left and opened again', async () => {
    const { user } = show();
    await user.type(screen.getByLabelText('Centre'), '1');
    document.body.replaceChildren();
    show();
    expect(screen.getByLabelText('Centre')).toHaveProperty('value', '8888881');
  });

  it('never keeps a secret where a later visitor of the browser could read it', async () => {
    const { user } = show();
    await user.type(screen.getByLabelText('Password'), 'hidden-word');
    expect(JSON.stringify({ ...sessionStorage, ...localStorage })).not.toContain('hidden-word');
  });

  it('resets a field to its default and marks what needs a restart', async () => {
    const { user } = show();
    await user.click(screen.getByLabelText('Hang up after opening'));
    expect(screen.getByText('Needs a restart')).toBeTruthy();
    await user.click(screen.getAllByRole('button', { name: 'Reset' })[0] as HTMLElement);
    expect(screen.getByLabelText('Ring for')).toHaveProperty('value', '30');
  });

  it('keeps what is typed while the station saves what was typed before', async () => {
    let answer: (value: { changed: never[]; restart_needed: boolean }) => void = () => undefined;
    const { user } = show(vi.fn(() => new Promise<{ changed: never[]; restart_needed: boolean }>((resolve) => { answer = resolve; })));
    const centre = screen.getByLabelText('Centre');
    await user.clear(centre);
    await user.type(centre, '77');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await user.type(centre, '78');
    answer({ changed: [], restart_needed: false });
    await screen.findByText('1 change, not saved yet');
    await waitFor(() => expect(screen.getByRole('button', { name: 'Save' }).hasAttribute('aria-busy')).toBe(false));
    expect((centre as HTMLInputElement).value).toBe('7778');
  });


  it('keeps no draft of what was changed and changed back, which would undo another’s change later', async () => {
    const { user } = show();
    await user.type(screen.getByLabelText('Ring for'), '0');
    await user.click(screen.getByLabelText('Hang up after opening'));
    await user.type(screen.getByLabelText('Password'), 'x');
    expect(Object.keys(held())).toHaveLength(3);
    await user.type(screen.getByLabelText('Ring for'), '{Backspace}');
    await user.click(screen.getByLabelText('Hang up after opening'));
    await user.clear(screen.getByLabelText('Password'));
    await waitFor(() => expect(held()).toEqual({}));
    expect(screen.getByLabelText('Ring for')).toHaveProperty('value', '45');
  }, 20_000);

  it('keeps no draft of what another saved meanwhile as well', async () => {
    const { user, rerender } = show();
    await user.clear(screen.getByLabelText('Centre'));
    await user.type(screen.getByLabelText('Centre'), '777');
    rerender({ ...values, 'call.centre': '777' });
    await waitFor(() => expect(held()).toEqual({}));
  });

  it('saves the rest where a field that is hidden now holds what would be refused', async () => {
    const { save, user } = show();
    await user.click(screen.getByLabelText('Hang up after opening'));
    await user.type(screen.getByLabelText('Hang up after'), '000');
    await user.click(screen.getByLabelText('Hang up after opening'));
    await user.type(screen.getByLabelText('Centre'), '1');
    expect(screen.queryByText(/Hang up after: 5/)).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(save).toHaveBeenCalledWith({ 'call.centre': '8888881' }));
    await waitFor(() => expect(held()).toEqual({}));
  });

  it('says what is refused about a field that is not to be seen', async () => {
    const { user } = show(vi.fn(async () => Promise.reject(new ApiError(422, 'invalid', 'Wrong.', [{ field: 'call.delay', message: 'Too long.' }]))));
    await user.type(screen.getByLabelText('Centre'), '1');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('Hang up after: Too long.')).toBeTruthy();
  });

  it('marks its page as not saved only for what is to be seen', () => {
    const client = newQueryClient();
    const schema = { pages: [], settings };
    const marked = () => renderHook(() => useDraftedPages(schema), { wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider> }).result.current;
    act(() => draft('call.delay', '7'));
    expect(marked()).toEqual(['calls']); // what the station has is not known yet
    client.setQueryData(['settings'], { values });
    expect(marked()).toEqual([]);
    act(() => draft('call.hang_up', true));
    expect(marked()).toEqual(['calls']);
  });
});

describe('a settings page whose station is away for a moment', () => {
  let sources: EventTarget[];
  beforeEach(() => {
    discard(settings.map((one) => one.key));
    sources = [];
    vi.stubGlobal('EventSource', class extends EventTarget {
      readyState = 1;
      constructor() {
        super();
        sources.push(this);
      }
      close() {}
    });
    events.start();
  });
  afterEach(() => {
    events.stop();
    vi.unstubAllGlobals();
  });

  it('stays, says so, and is asked for anew when the station is back', async () => {
    let away = false;
    vi.stubGlobal('fetch', async (url: string) =>
      away
        ? new Response(JSON.stringify({ error: { code: 'limited', message: 'Too many requests.' } }), { status: 429 })
        : new Response(JSON.stringify(url.endsWith('/schema') ? { pages: [{ id: 'calls', title: 'Calls', group: 'Intercom' }], settings } : { values })),
    );
    const client = newQueryClient();
    render(
      <I18nProvider i18n={i18n}>
        <QueryClientProvider client={client}>
          <Settings page="calls" />
        </QueryClientProvider>
      </I18nProvider>,
    );
    const centre = await screen.findByLabelText('Centre');
    away = true;
    await client.invalidateQueries({ queryKey: ['settings'] });
    await screen.findByText('Too many requests.');
    expect(screen.getByLabelText('Centre')).toBe(centre);
    away = false;
    sources.at(-1)!.dispatchEvent(new MessageEvent('hello', { data: '{}' }));
    await waitFor(() => expect(screen.queryByText('Too many requests.')).toBeNull());
  });
});
