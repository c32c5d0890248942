import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { History, PhoneMissed } from 'lucide-react';
import { api } from '@/api/client';
import { useEvent } from '@/api/hooks';
import type { JournalEntry, Page } from '@/api/types';
import { dateTime } from '@/i18n/format';
import { sentence } from '@/i18n/station';
import { Card } from '@/ui/Layout';
import { Note } from '@/ui/Status';

const MISSED = /not_answered|cancelled|nobody_available|missed/;
const SHOWN = 8;

/** What happened for this room; or only the calls nobody took. */
export function RoomJournal({ room, missed }: { room?: string; missed?: boolean }) {
  const { t } = useLingui();
  const client = useQueryClient();
  useEvent('journal', () => void client.invalidateQueries({ queryKey: ['room-journal'] }));
  useEvent('hello', () => void client.invalidateQueries({ queryKey: ['room-journal'] }));
  const journal = useQuery({
    // What was told in a call, when this was not to be seen, was heard by nobody.
    staleTime: 0,
    queryKey: ['room-journal', room, missed ? 'call' : 'all'],
    queryFn: ({ signal }) => api.get<Page<JournalEntry>>('/journal', { room, kind: missed ? 'call' : undefined, limit: 50 }, signal),
  });
  const items = (journal.data?.items ?? []).filter((entry) => !missed || MISSED.test(entry.event)).slice(0, SHOWN);
  return (
    <Card title={missed ? t`Missed calls` : t`What happened`} icon={missed ? PhoneMissed : History} bodyClassName="p-0!">
      {items.length ? (
        <ul className="divide-y divide-line">
          {items.map((entry) => (
            <li key={entry.id} className="px-4 py-2.5 text-sm">
              <p>{sentence(entry)}</p>
              <time dateTime={entry.time} className="text-soft">
                {dateTime(entry.time)}
              </time>
            </li>
          ))}
        </ul>
      ) : journal.error ? (
        <div className="p-3">
          <Note kind="error">{journal.error.message}</Note>
        </div>
      ) : (
        <p className="px-4 py-6 text-center text-sm text-soft">
          {journal.isPending ? <Trans>Asking the station…</Trans> : missed ? <Trans>No missed calls.</Trans> : <Trans>Nothing yet.</Trans>}
        </p>
      )}
    </Card>
  );
}
