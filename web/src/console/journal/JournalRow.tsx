import { useLingui } from '@lingui/react/macro';
import { Bell, Cog, DoorOpen, type LucideIcon, PencilLine, TriangleAlert } from 'lucide-react';
import type { JournalEntry, JournalKind } from '@/api/types';
import { clockTime } from '@/i18n/format';
import { fieldsOf, said, sentence } from '@/i18n/station';
import { Status, type Tone } from '@/ui/Status';
import { fieldName } from './fieldNames';

const LOOKS: Record<JournalKind, { icon: LucideIcon; tone: Tone }> = {
  call: { icon: Bell, tone: 'talking' },
  unlock: { icon: DoorOpen, tone: 'open' },
  alarm: { icon: TriangleAlert, tone: 'alarm' },
  operation: { icon: PencilLine, tone: 'accent' },
  system: { icon: Cog, tone: 'neutral' },
};

export function useKindNames(): Record<JournalKind, string> {
  const { t } = useLingui();
  return { call: t`Call`, unlock: t`Door`, alarm: t`Alarm`, operation: t`Operation`, system: t`System` };
}

/** One line of the journal; opened, it says what it means and shows its fields. */
export function JournalRow({ entry, fresh }: { entry: JournalEntry; fresh: boolean }) {
  const { t } = useLingui();
  const names = useKindNames();
  const look = LOOKS[entry.kind] ?? LOOKS.system;
  const bad = entry.severity === 'alarm' || entry.severity === 'error' || entry.severity === 'warning';
  const facts: [string, string][] = [];
  if (entry.room) facts.push([t`Room`, entry.room]);
  if (entry.door) facts.push([t`Door`, String(entry.door)]);
  if (entry.subject) facts.push([t`Who`, said(entry.subject)]);
  facts.push([t`Event`, entry.event], ...fieldsOf(entry).map(([name, value]): [string, string] => [fieldName(name), said(value)]));
  return (
    <details className={fresh ? 'border-b border-line bg-accent-wash/50' : 'border-b border-line'}>
      <summary className="flex min-h-11 list-none flex-wrap items-center gap-x-3 gap-y-0.5 px-4 py-2 text-sm hover:bg-ground sm:flex-nowrap">
        <time dateTime={entry.time} className="w-24 shrink-0 whitespace-nowrap text-soft tabular-nums">
          {clockTime(entry.time)}
        </time>
        <span className="w-28 shrink-0">
          <Status tone={bad && entry.kind !== 'alarm' ? 'ringing' : look.tone} icon={bad ? TriangleAlert : look.icon}>
            {names[entry.kind] ?? entry.kind}
          </Status>
        </span>
        <span className="min-w-0 flex-1 basis-full text-pretty sm:basis-auto">{sentence(entry)}</span>
        {entry.room && <span className="shrink-0 text-soft max-md:hidden">{t`Room ${entry.room}`}</span>}
      </summary>
      {entry.help && <p className="bg-ground px-4 pt-3 text-sm text-pretty sm:pl-44">{said(entry.help)}</p>}
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 bg-ground px-4 py-3 text-sm sm:pl-44">
        {facts.map(([name, value], index) => (
          <div key={`${name} ${index}`} className="contents">
            <dt className="text-soft">{name}</dt>
            <dd className="min-w-0 font-mono break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
