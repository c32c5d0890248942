// Lists that come from the station page by page, and what is told while they are fetched.
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OnlineNow } from '@/console/Now';
import Cards from '@/console/pages/Cards';
import Codes from '@/console/pages/Codes';
import Journal from '@/console/pages/Journal';
import Machines from '@/console/pages/Machines';
import Monitors from '@/console/pages/Monitors';
import Rooms from '@/console/pages/Rooms';
import { RoomJournal } from '@/monitor/RoomJournal';
import { inPage } from './inPage';

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
  render(inPage(page));
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

describe('what could not be asked', () => {
  const NOTHING = /no .* yet|^no missed|nothing|^no machine|^0 /i;
  const pages: [string, ReactNode, RegExp][] = [
    ['H03 rooms', <Rooms />, /No rooms yet/],
    ['codes', <Codes />, /No codes yet/],
    ['H06 cards', <Cards />, /No cards yet/],
    ['machine accounts', <Machines />, /No machine accounts/],
    ['H10 monitors', <Monitors />, /Nothing rings yet/],
    ['N09 the journal', <Journal />, /Nothing has happened yet/],
    ['H10 monitors of the overview', <OnlineNow />, /Nothing rings yet/],
    ['C01 missed calls', <RoomJournal room="101" missed />, /No missed calls/],
    ['N09 what happened', <RoomJournal room="101" />, /Nothing yet/],
  ];

  it.each(pages)('is told so, and not as if there was nothing: %s', async (_name, page) => {
    answer = refusal;
    show(page);
    expect(await screen.findAllByText(/Too many requests/)).toHaveLength(1);
    expect(screen.queryByText(NOTHING)).toBeNull();
  });

  it.each(pages)('is not told as nothing while it is being asked: %s', async (_name, page) => {
    answer = () => new Promise<Response>(() => undefined);
    show(page);
    await moment();
    expect(screen.queryByText(NOTHING)).toBeNull();
  });

  it.each(pages)('is told as nothing where the station says so: %s', async (_name, page, words) => {
    answer = () => json({ items: [], total: 0 });
    show(page);
    await screen.findByText(words);
  });
});

describe('the button that sets a card lost', () => {
  it('is not pressed again, nor another card\'s in its place, by the second half of a double click', async () => {
    const cards = [1, 2].map((id) => ({ id: String(id), ending: `00${id}`, room: '101', name: `Card ${id}`, locks: [1], main: false, lost: false }));
    const changes: string[] = [];
    vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
      const { pathname } = new URL(url, 'http://door');
      if (init?.method === 'PATCH') {
        const card = cards.find((one) => pathname.endsWith(`/${one.id}`))!;
        card.lost = JSON.parse(String(init.body)).lost;
        changes.push(`${card.id} ${card.lost}`);
        return json(card);
      }
      return json(pathname.endsWith('/cards') ? { items: cards, total: cards.length } : { items: [] });
    });
    show(<Cards />);
    await userEvent.click(await screen.findByRole('button', { name: 'Set Card 1 lost' }));
    await userEvent.click(await screen.findByRole('button', { name: 'Set Card 1 found' }));
    await userEvent.click(screen.getByRole('button', { name: 'Set Card 2 lost' }));
    expect(changes).toEqual(['1 true']);
    await waitFor(() => expect(screen.getByRole('button', { name: 'Set Card 1 found' }).getAttribute('aria-disabled')).toBeNull());
    await userEvent.click(screen.getByRole('button', { name: 'Set Card 1 found' }));
    await waitFor(() => expect(changes).toEqual(['1 true', '1 false']));
  });
});
