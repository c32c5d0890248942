import { plural } from '@lingui/core/macro';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api } from '@/api/client';
import { said } from '@/i18n/station';
import { useApiForm } from '@/shared/forms';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import { Note } from '@/ui/Status';
import { batchNumbers } from './batch';

interface Made {
  created: string[];
  skipped: { number: string; reason: string }[];
}
const SHOWN_EACH_END = 6;

/** A whole building at once (H05), with a preview of the numbers before anything is made. */
export function BatchDialog({ onClose, onDone }: { onClose: () => void; onDone: (words: string) => void }) {
  const { t } = useLingui();
  const [made, setMade] = useState<Made | null>(null);
  const added = ({ created }: Made) => t`${plural(created.length, { one: '# room was added.', other: '# rooms were added.' })}`;
  const { form, fault, busy, submit, error } = useApiForm({ floors: '4', rooms_per_floor: '6', first_number: '101', second_floor_first_number: '201' }, async (values) => {
    const result = await api.post<Made>('/rooms/batch', {
      floors: Number(values.floors),
      rooms_per_floor: Number(values.rooms_per_floor),
      first_number: values.first_number.trim(),
      second_floor_first_number: values.second_floor_first_number.trim(),
    });
    if (result.skipped.length) setMade(result);
    else onDone(added(result));
  });
  const numbers = batchNumbers(form.watch());

  if (made)
    return (
      <Dialog
        key="made"
        title={t`Rooms were added`}
        onClose={() => onDone(added(made))}
        footer={
          <Button tone="primary" onClick={() => onDone(added(made))}>
            <Trans>Done</Trans>
          </Button>
        }
      >
        <Note kind="warning" title={t`${plural(made.created.length, { one: '# was added', other: '# were added' })}, ${plural(made.skipped.length, { one: '# was left out', other: '# were left out' })}`}>
          <ul className="mt-1 max-h-60 overflow-y-auto" tabIndex={0}>
            {made.skipped.map((one) => (
              <li key={one.number}>
                {one.number}: {said(one.reason)}
              </li>
            ))}
          </ul>
        </Note>
      </Dialog>
    );
  return (
    <Dialog title={t`Add many rooms`} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4" noValidate>
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField label={t`Floors`} inputMode="numeric" error={error('floors')} {...form.register('floors')} />
          <TextField label={t`Rooms on a floor`} inputMode="numeric" error={error('rooms_per_floor')} {...form.register('rooms_per_floor')} />
          <TextField label={t`First number of floor one`} inputMode="numeric" error={error('first_number')} {...form.register('first_number')} />
          <TextField label={t`First number of floor two`} inputMode="numeric" error={error('second_floor_first_number')} {...form.register('second_floor_first_number')} />
        </div>
        <div className="hairline rounded-xl bg-ground p-3 text-sm" aria-live="polite">
          {numbers ? (
            <>
              <p className="font-medium">
                <Plural value={numbers.length} one="# room will be made" other="# rooms will be made" />
              </p>
              <p className="mt-1 text-soft tabular-nums">
                {numbers.length <= SHOWN_EACH_END * 2
                  ? numbers.join(', ')
                  : `${numbers.slice(0, SHOWN_EACH_END).join(', ')} … ${numbers.slice(-SHOWN_EACH_END).join(', ')}`}
              </p>
            </>
          ) : (
            <p className="text-soft">
              <Trans>Whole numbers are needed, floor two must begin after the last room of floor one, and a number has at most 6 digits.</Trans>
            </p>
          )}
        </div>
        <p className="text-sm text-soft">
          <Trans>Rooms that exist already are left as they are.</Trans>
        </p>
        {fault && <Note kind="error">{fault}</Note>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" tone="primary" busy={busy} disabled={!numbers}>
            <Trans>Add the rooms</Trans>
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
