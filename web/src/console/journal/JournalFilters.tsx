import { Trans, useLingui } from '@lingui/react/macro';
import { Search, SlidersHorizontal, X } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/ui/Button';
import { SelectField, TextField } from '@/ui/Field';
import { cx } from '@/ui/cx';
import { useKindNames } from './JournalRow';
import { type JournalFilter, isFiltered, noFilter } from './filter';

/** Words first; the finer filters step behind a button on a phone. */
export function JournalFilters({ filter, onChange }: { filter: JournalFilter; onChange: (filter: JournalFilter) => void }) {
  const { t } = useLingui();
  const names = useKindNames();
  const [more, setMore] = useState(false);
  const set = (part: Partial<JournalFilter>) => onChange({ ...filter, ...part });
  const words = (
    <span className="inline-flex items-center gap-1.5">
      <Search aria-hidden className="size-3.5" />
      {t`Words`}
    </span>
  );
  return (
    <form role="search" aria-label={t`Search the journal`} onSubmit={(event) => event.preventDefault()} className="grid gap-3">
      <div className="grid gap-3 md:grid-cols-[2fr_1fr]">
        <TextField label={words} type="search" value={filter.text} onChange={(event) => set({ text: event.target.value })} />
        <SelectField
          label={t`Kind`}
          value={filter.kind}
          options={[{ value: '', title: t`All kinds` }, ...Object.entries(names).map(([value, title]) => ({ value, title }))]}
          onChange={(event) => set({ kind: event.target.value as JournalFilter['kind'] })}
        />
      </div>
      <div className={cx('grid-cols-2 gap-3 md:grid md:grid-cols-4', more ? 'grid' : 'hidden')}>
        <TextField label={t`Room`} value={filter.room} maxLength={6} onChange={(event) => set({ room: event.target.value.trim() })} />
        <TextField label={t`Door`} value={filter.door} maxLength={32} onChange={(event) => set({ door: event.target.value })} />
        <TextField fieldClassName="max-md:col-span-2" label={t`From`} type="datetime-local" value={filter.from} onChange={(event) => set({ from: event.target.value })} />
        <TextField fieldClassName="max-md:col-span-2" label={t`To`} type="datetime-local" value={filter.to} onChange={(event) => set({ to: event.target.value })} />
      </div>
      <div className="flex flex-wrap gap-2 empty:hidden">
        <Button icon={SlidersHorizontal} className="md:hidden" aria-expanded={more} onClick={() => setMore(!more)}>
          {more ? <Trans>Fewer filters</Trans> : <Trans>More filters</Trans>}
        </Button>
        {isFiltered(filter) && (
          <Button icon={X} onClick={() => onChange(noFilter)}>
            <Trans>Show everything</Trans>
          </Button>
        )}
      </div>
    </form>
  );
}
