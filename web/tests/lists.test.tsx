// Lists that come from the station page by page, and what is told while they are fetched.
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newQueryClient } from '@/api/hooks';
import Journal from '@/console/pages/Journal';
import Rooms from '@/console/pages/Rooms';

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const refusal = () => json({ error: { code: 'limited', message: 'Too many requests from your address. Wait a moment.' } }, 429);
const moment = () => new Promise((done) => setTimeout(done, 30));

let asked: URL[];
let answer: (url: URL) => Response | Promise<Response>;
beforeEach(() => {
  asked = [];
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(new URL(url, 'http://door'));
    return answer(asked.at(-1)!);
  });
  vi.stubGlobal('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} });
  vi.stubGlobal('scrollTo', () => undefined);
});
afterEach(() => vi.unstubAllGlobals());

const show = (page: ReactNode) =>
  render(
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={newQueryClient()}>{page}</QueryClientProvider>
    </I18nProvider>,
  );
const nextPages = () => asked.filter((url) => url.searchParams.get('cursor')).length;

describe('a next page that the station refuses', () => {
  const entry = (id: number) => ({ id, time: '2026-03-01T10:00:00Z', kind: 'system', event: 'system.started', severity: 'information', message: `Entry ${id}.` });

  it('N09 of the journal is not asked for at once again, but when one wants it', async () => {
    let mended = false;
    answer = (url) => (!url.searchParams.get('cursor') ? json({ items: [entry(9), entry(8)], next_cursor: '8' }) : mended ? json({ items: [entry(7)] }) : refusal());
    show(<Journal />);
    const again = await screen.findByRole('button', { name: 'Try again' });
    await moment();
    expect(nextPages()).toBe(1);
    // Beside the place where it is missing, in the station's words, and nowhere else.
    expect(screen.getAllByText(/Too many requests/)).toHaveLength(1);
    mended = true;
    await userEvent.click(again);
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull());
    expect(nextPages()).toBe(2);
    expect(screen.queryByText(/Too many requests/)).toBeNull();
  });

  it('H03 of the rooms is said where one asked for it', async () => {
    answer = (url) => (url.searchParams.get('cursor') ? refusal() : json({ items: [{ number: '101' }], next_cursor: '101', total: 300 }));
    show(<Rooms />);
    await userEvent.click(await screen.findByRole('button', { name: 'Show more' }));
    await screen.findByRole('button', { name: 'Try again' });
    expect(screen.getAllByText(/Too many requests/)).toHaveLength(1);
    const table = screen.getByRole('table');
    expect(table.compareDocumentPosition(screen.getByText(/Too many requests/)) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
  });

  it('H03 leaves the rooms in their order until all are there, and says so', async () => {
    answer = (url) => json(url.searchParams.get('cursor') ? { items: [{ number: '103', nick_name: 'Ash' }], total: 3 } : { items: [{ number: '101', nick_name: 'Birch' }, { number: '102', nick_name: 'Cedar' }], next_cursor: '102', total: 3 });
    show(<Rooms />);
    const more = await screen.findByRole('button', { name: 'Show more' });
    const numbers = () => screen.getAllByRole('row').slice(1).map((row) => row.firstElementChild?.textContent);
    expect(screen.queryByRole('button', { name: 'Name' })).toBeNull();
    expect(screen.getByText(/Not all are shown yet/)).toBeTruthy();
    await userEvent.click(more);
    await userEvent.click(await screen.findByRole('button', { name: 'Name' }));
    expect(numbers()).toEqual(['103', '101', '102']);
    expect(screen.queryByText(/Not all are shown yet/)).toBeNull();
  });
});
