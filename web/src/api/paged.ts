import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { api } from './client';
import type { Page } from './types';

const PAGE = 200;

/** A list that comes page by page, of what matches `text`; kept under its own name, so that a change of one entry refreshes it. */
export function usePaged<Item>(list: 'rooms' | 'cards' | 'codes', text: string) {
  const query = useInfiniteQuery({
    queryKey: [list, text],
    initialPageParam: '',
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => api.get<Page<Item>>(`/${list}`, { text, cursor: pageParam, limit: PAGE }, signal),
    getNextPageParam: (last) => last.next_cursor || undefined,
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return { items, total: query.data?.pages[0]?.total ?? items.length, query };
}
