import { Trans, useLingui } from '@lingui/react/macro';
import { api, part } from '@/api/client';
import { useLocks } from '@/api/hooks';
import type { Monitor } from '@/api/types';
import { numbers, useApiForm } from '@/shared/forms';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { FieldError, TextField } from '@/ui/Field';
import { Note } from '@/ui/Status';

/** A monitor's name, and which doors it may open. */
export function MonitorDialog({ monitor, onClose, onDone }: { monitor: Monitor; onClose: () => void; onDone: (words: string) => void }) {
  const { t } = useLingui();
  const locks = useLocks();
  const start = { name: monitor.name ?? '', locks: (monitor.locks ?? []).map(String) };
  const { form, fault, busy, submit, error } = useApiForm(start, async (_, changed) => {
    await api.patch(`/monitors/${part(monitor.account)}`, { name: changed.name?.trim(), ...('locks' in changed && { locks: numbers(changed.locks) }) });
    onDone(t`Saved.`);
  });
  return (
    <Dialog title={t`Change ${monitor.name || monitor.account}`} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4" noValidate>
        <TextField label={t`Name`} maxLength={64} error={error('name')} {...form.register('name')} />
        {monitor.kind !== 'panel' && (
          <fieldset className="grid gap-1">
            <legend className="text-sm font-medium">
              <Trans>May open</Trans>
            </legend>
            {(locks.data?.items ?? []).map((lock) => (
              <label key={lock.number} className="flex min-h-9 items-center gap-3 text-sm">
                <input type="checkbox" value={String(lock.number)} className="size-5 accent-accent" {...form.register('locks')} />
                {lock.name}
              </label>
            ))}
            {error('locks') && <FieldError>{error('locks')}</FieldError>}
          </fieldset>
        )}
        {fault && <Note kind="error">{fault}</Note>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" tone="primary" busy={busy}>
            <Trans>Save</Trans>
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
