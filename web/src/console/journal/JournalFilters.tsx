import { Trans, useLingui } from '@lingui/react/macro';
import { Search, X } from 'lucide-react';
import { Button } from '@/ui/Button';
import { SelectField, TextField } from '@/ui/Field';
import { type JournalFilter, isFiltered, noFilter } from './filter';
import { useKindNames } from './JournalRow';

export function JournalFilters({ filter, onChange }: { filter: JournalFilter; onChange: (filter: JournalFilter) => void }) {
  const { t } = useLingui();
  const names = useKindNames();
  const set = (part: Partial<JournalFilter>) => onChange({ ...filter, ...part });
  return (
    <form role="search" aria-label={t`Search the journal`} onSubmit={(event) => event.preventDefault()} className="grid gap-3">
      <div className="grid grid-cols-2 gap-3 md:grid-cols-[2fr_1fr_1fr_1fr]">
        <TextField fieldClassName="col-span-2 md:col-span-1" label={<span className="inline-flex items-center gap-1.5"><Search aria-hidden className="size-3.5" />{t`Words`}</span>} type="search" value={filter.text} onChange={(event) => set({ text: event.target.value })} />
        <SelectField
          label={t`Kind`}
          value={filter.kind}
          options={[{ value: '', title: t`All kinds` }, ...Object.entries(names).map(([value, title]) => ({ value, title }))]}
          onChange={(event) => set({ kind: event.target.value as JournalFilter['kind'] })}
        />
        <TextField label={t`Room`} value={filter.room} maxLength={6} onChange={(event) => set({ room: event.target.value.trim() })} />
        <TextField label={t`Door`} value={filter.door} maxLength={32} onChange={(event) => set({ door: event.target.value })} />
        <TextField label={t`From`} type="datetime-local" value={filter.from} onChange={(event) => set({ from: event.target.value })} />
        <TextField label={t`To`} type="datetime-local" value={filter.to} onChange={(event) => set({ to: event.target.value })} />
        <div className="col-span-2 flex items-end">
          {isFiltered(filter) && (
            <Button icon={X} onClick={() => onChange(noFilter)}>
              <Trans>Show everything</Trans>
            </Button>
          )}
        </div>
      </div>
    </form>
  );
}
