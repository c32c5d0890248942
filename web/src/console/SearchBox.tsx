import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { CornerDownLeft, DoorClosed, FileText, SlidersHorizontal } from 'lucide-react';
import { useDeferredValue, useId, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { api } from '@/api/client';
import type { Page, Room } from '@/api/types';
import { Dialog } from '@/ui/Dialog';
import { inputClass } from '@/ui/Field';
import { cx } from '@/ui/cx';
import { settingsPath, useNavigation, useSchema } from './nav';

interface Hit {
  id: string;
  path: string;
  title: string;
  under: string;
  kind: 'page' | 'setting' | 'room';
}
const ICONS = { page: FileText, setting: SlidersHorizontal, room: DoorClosed };
const MOST_HITS = 12;

/** How well all words of the query are found; 0 is not at all. Titles count more than the text around them. */
export function score(query: string, title: string, around: string): number {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const head = title.toLowerCase();
  const rest = around.toLowerCase();
  let sum = 0;
  for (const word of words) {
    if (head.startsWith(word)) sum += 4;
    else if (head.includes(word)) sum += 3;
    else if (rest.includes(word)) sum += 1;
    else return 0;
  }
  return sum;
}

export function SearchBox({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const [, go] = useLocation();
  const id = useId();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const query = useDeferredValue(text.trim());
  const { top, groups } = useNavigation();
  const schema = useSchema();
  const rooms = useQuery({
    queryKey: ['search-rooms', query],
    enabled: query.length > 0,
    queryFn: ({ signal }) => api.get<Page<Room>>('/rooms', { text: query, limit: 5 }, signal),
  });

  const hits = useMemo(() => {
    const found: (Hit & { score: number })[] = [];
    const add = (hit: Hit, around: string) => {
      const value = query ? score(query, hit.title, around) : hit.kind === 'page' ? 1 : 0;
      if (value) found.push({ ...hit, score: value });
    };
    for (const item of top) add({ id: item.path, path: item.path, title: item.title, under: '', kind: 'page' }, item.words ?? '');
    for (const group of groups)
      for (const item of group.items) add({ id: item.path, path: item.path, title: item.title, under: group.title, kind: 'page' }, `${group.title} ${item.words ?? ''}`);
    for (const one of schema.data?.settings ?? []) {
      const page = schema.data?.pages.find((candidate) => candidate.id === one.page);
      add({ id: one.key, path: `${settingsPath(one.page)}?${one.key}`, title: one.title, under: page?.title ?? '', kind: 'setting' }, `${one.key} ${one.help ?? ''} ${page?.title ?? ''}`);
    }
    for (const room of rooms.data?.items ?? []) {
      const name = [room.first_name, room.last_name, room.nick_name].filter(Boolean).join(' ');
      found.push({ id: `room ${room.number}`, path: `/household/rooms?${room.number}`, title: t`Room ${room.number}`, under: name, kind: 'room', score: 3.5 });
    }
    return found.sort((a, b) => b.score - a.score).slice(0, MOST_HITS);
  }, [query, top, groups, schema.data, rooms.data, t]);

  // An id with a blank in it would be two.
  const idOf = (hit: Hit) => `${id}-${hit.id.replaceAll(' ', '-')}`;
  const chosen = hits[Math.min(at, hits.length - 1)];
  const follow = (hit: Hit | undefined) => {
    if (!hit) return;
    const [path = '/', focus] = hit.path.split('?');
    if (focus) sessionStorage.setItem('lintel.focus', focus);
    onClose();
    go(path);
    window.dispatchEvent(new Event('lintel-focus'));
  };

  return (
    <Dialog title={t`Find`} onClose={onClose} sticky={false}>
      <input
        role="combobox"
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={chosen && idOf(chosen)}
        aria-label={t`Find a setting, room or page`}
        placeholder={t`Find a setting, room or page`}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(at + 1, hits.length - 1));
          else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0));
          else if (event.key === 'Enter') follow(chosen);
          else return;
          event.preventDefault();
        }}
        className={inputClass}
      />
      <ul id={`${id}-list`} role="listbox" aria-label={t`Found`} className="grid min-h-40 content-start gap-0.5">
        {hits.map((hit) => {
          const Icon = ICONS[hit.kind];
          const current = hit === chosen;
          return (
            <li
              key={hit.id}
              id={idOf(hit)}
              role="option"
              aria-selected={current}
              onClick={() => follow(hit)}
              onMouseEnter={() => setAt(hits.indexOf(hit))}
              className={cx('flex min-h-10 cursor-pointer items-center gap-3 rounded-lg px-3 text-sm', current && 'bg-accent-wash text-accent')}
            >
              <Icon aria-hidden className="size-4 shrink-0" />
              <span className="min-w-0 flex-1 truncate">{hit.title}</span>
              <span className="truncate text-soft">{hit.under}</span>
              {current && <CornerDownLeft aria-hidden className="size-4 shrink-0" />}
            </li>
          );
        })}
      </ul>
      <p role="status" className={cx('text-sm text-soft', hits.length > 0 && 'sr-only')}>
        {hits.length ? t`${hits.length} found` : <Trans>Nothing found.</Trans>}
      </p>
    </Dialog>
  );
}
