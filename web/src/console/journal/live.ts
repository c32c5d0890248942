import { type InfiniteData, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useEvent } from '@/api/hooks';
import type { JournalEntry, JournalPage } from '@/api/types';
import { type JournalFilter, belongs } from './filter';

export const PAGE = 100;
/** Entries of the first page, to which each new one is added: a console may stand open for weeks. */
export const MOST_LIVE = 500;
/** Entries are put on the page together: after a power cut thousands come in a burst, and each would have the whole list made anew. */
const TOGETHER_MS = 50;
const MOST_FRESH = 50;

type Pages = InfiniteData<JournalPage, string>;

/**
 * The first page with new entries, oldest first, on top; those that the stream only catches up with have their place already, here or
 * further down. Where it becomes too long its end is cut off, and comes again as the next page.
 */
export function withEntries(page: JournalPage, entries: JournalEntry[]): JournalPage {
  let newest = Number(page.items[0]?.id ?? 0);
  const added = entries.filter((entry) => Number(entry.id) > newest && (newest = Number(entry.id)));
  if (!added.length) return page;
  const items = [...added.reverse(), ...page.items];
  if (items.length <= MOST_LIVE) return { ...page, items };
  const kept = items.slice(0, PAGE);
  return { ...page, items: kept, next_cursor: String(kept.at(-1)!.id) };
}

function withLive({ pages, pageParams }: Pages, entries: JournalEntry[]): Pages {
  const [first, ...rest] = pages;
  if (!first) return { pages, pageParams };
  const page = withEntries(first, entries);
  const cut = page.next_cursor !== first.next_cursor;
  return cut ? { pages: [page], pageParams: pageParams.slice(0, 1) } : { pages: [page, ...rest], pageParams };
}

/** Puts what happens on top of the list that is shown. Answers the ids that are new. */
export function useLiveEntries(key: readonly unknown[], filter: JournalFilter): ReadonlySet<string> {
  const client = useQueryClient();
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const waiting = useRef<JournalEntry[]>([]);
  const due = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(due.current);
      due.current = undefined; // the page may be shown again
    },
    [],
  );

  const put = useRef(() => {});
  put.current = () => {
    due.current = undefined;
    // What is under way would be put in place of a list with these.
    if (client.isFetching({ queryKey: key, exact: true })) return putSoon();
    const entries = waiting.current.filter((entry) => belongs(entry, filter));
    waiting.current = [];
    if (!entries.length) return;
    setFresh((old) => new Set([...old, ...entries.map((entry) => String(entry.id))].slice(-MOST_FRESH)));
    client.setQueryData<Pages>(key, (old) => old && withLive(old, entries));
  };
  const putSoon = () => {
    due.current ??= setTimeout(() => put.current(), TOGETHER_MS);
  };
  useEvent('journal', (entry) => {
    waiting.current.push(entry);
    // More than there is room for would push the oldest off the page all the same.
    if (waiting.current.length > 2 * MOST_LIVE) waiting.current = waiting.current.slice(-MOST_LIVE - 1);
    putSoon();
  });
  return fresh;
}
