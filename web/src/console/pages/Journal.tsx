import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { ScrollText } from 'lucide-react';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { api } from '@/api/client';
import { useEvent, useLink } from '@/api/hooks';
import { withTold } from '@/api/told';
import type { JournalEntry, JournalPage } from '@/api/types';
import { dayOf } from '@/i18n/format';
import { sentence } from '@/i18n/station';
import { ShowMore } from '@/shared/ShowMore';
import { Card, Empty, PageHead, Skeleton } from '@/ui/Layout';
import { Note, Status, StateIcons } from '@/ui/Status';
import { JournalFilters } from '../journal/JournalFilters';
import { JournalRow } from '../journal/JournalRow';
import { type JournalFilter, belongs, isFiltered, noFilter, query } from '../journal/filter';
import { PAGE, useLiveEntries, withEntries } from '../journal/live';

const ROW_PX = 45;

export default function Journal() {
  const { t } = useLingui();
  const client = useQueryClient();
  const link = useLink();
  const [filter, setFilter] = useState<JournalFilter>(noFilter);
  const asked = useDeferredValue(filter);
  const key = useMemo(() => ['journal', asked] as const, [asked]);

  const journal = useInfiniteQuery({
    queryKey: key,
    initialPageParam: '',
    staleTime: 5_000,
    structuralSharing: false, // each new entry moves all others, which would be compared one by one
    queryFn: ({ pageParam, signal }) => {
      const page = api.get<JournalPage>('/journal', { ...query(asked), cursor: pageParam, limit: PAGE }, signal);
      return pageParam ? page : withTold(page, 'journal', (first, entry) => (belongs(entry, asked) ? withEntries(first, [entry]) : first));
    },
    getNextPageParam: (last) => last.next_cursor || undefined,
  });

  // The stream catches up by itself after a gap; the list is put right then too.
  useEvent('hello', () => void client.invalidateQueries({ queryKey: ['journal'] }));
  const fresh = useLiveEntries(key, asked);

  const entries = useMemo(() => journal.data?.pages.flatMap((page) => page.items) ?? [], [journal.data]);
  return (
    <>
      <PageHead
        title={t`Journal`}
        help={t`Everything that happened, newest first. New entries appear by themselves.`}
        actions={link === 'online' ? <Status tone="open" icon={StateIcons.online}>{t`Live`}</Status> : <Status tone="ringing" icon={StateIcons.busy}>{t`Reconnecting…`}</Status>}
      />
      <div className="grid gap-4">
        <JournalFilters filter={filter} onChange={setFilter} />
        {journal.error && !journal.isFetchNextPageError && <Note kind="error">{journal.error.message}</Note>}
        {journal.data?.pages.some((page) => page.damaged) && <Note kind="warning">{t`A part of the journal is damaged and cannot be read. What can be read is shown.`}</Note>}
        <Card bodyClassName="p-0!" className="overflow-hidden">
          {journal.isPending ? (
            <Skeleton lines={8} />
          ) : entries.length ? (
            <>
              <List entries={entries} fresh={fresh} more={journal.hasNextPage} loading={journal.isFetchingNextPage} onMore={() => !journal.isFetchNextPageError && void journal.fetchNextPage()} />
              {journal.isFetchNextPageError && <ShowMore query={journal} />}
            </>
          ) : journal.isSuccess ? (
            <Empty icon={ScrollText} title={isFiltered(filter) ? t`Nothing matches` : t`Nothing has happened yet`}>
              {isFiltered(filter) ? <Trans>Try fewer words or a longer time.</Trans> : <Trans>Calls, openings, alarms and changes will be listed here.</Trans>}
            </Empty>
          ) : null}
        </Card>
      </div>
    </>
  );
}

interface ListProps {
  entries: JournalEntry[];
  fresh: ReadonlySet<string>;
  more: boolean;
  loading: boolean;
  onMore: () => void;
}

/** Only what can be seen is in the page, however long the journal; older pages are fetched as one nears the end. */
function List({ entries, fresh, more, loading, onMore }: ListProps) {
  const { t } = useLingui();
  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useEffect(() => setTop(list.current?.offsetTop ?? 0), []);
  const rows = useWindowVirtualizer({
    count: entries.length,
    estimateSize: () => ROW_PX,
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => String(entries[index]?.id ?? index),
  });
  const seen = rows.getVirtualItems();
  const last = seen.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && !loading && last >= entries.length - 10) onMore();
  }, [more, loading, last, entries.length, onMore]);
  return (
    <div ref={list} role="feed" aria-label={t`Journal`} aria-busy={loading} className="relative" style={{ height: rows.getTotalSize() }}>
      {seen.map((row) => {
        const entry = entries[row.index];
        if (!entry) return null;
        const before = entries[row.index - 1];
        const newDay = !before || dayOf(before.time) !== dayOf(entry.time);
        return (
          <article key={row.key} ref={rows.measureElement} data-index={row.index} aria-posinset={row.index + 1} aria-setsize={more ? -1 : entries.length} aria-label={sentence(entry)} className="absolute inset-x-0 top-0" style={{ transform: `translateY(${row.start - top}px)` }}>
            {newDay && <h2 className="border-b border-line bg-ground px-4 py-1.5 text-xs font-semibold text-soft">{dayOf(entry.time)}</h2>}
            <JournalRow entry={entry} fresh={fresh.has(String(entry.id))} />
          </article>
        );
      })}
    </div>
  );
}
