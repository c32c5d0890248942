import { Trans, useLingui } from '@lingui/react/macro';
import { api, part } from '@/api/client';
import type { Code, Lock } from '@/api/types';
import { numbers, useApiForm } from '@/shared/forms';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { FieldError, TextField } from '@/ui/Field';
import { Note } from '@/ui/Status';
import { Switch } from '@/ui/Switch';

export function CodeDialog({ code, locks, onClose, onDone }: { code?: Code; locks: Lock[]; onClose: () => void; onDone: (words: string) => void }) {
  const { t } = useLingui();
  const start = { name: code?.name ?? '', code: '', room: code?.room ?? '', locks: (code?.locks ?? [1]).map(String), active: code?.active ?? true };
  const { form, fault, busy, submit, error } = useApiForm(start, async (values, changed) => {
    const body = (some: Partial<typeof values>) => ({ ...some, room: some.room?.trim(), ...('locks' in some && { locks: numbers(some.locks) }), code: some.code?.trim() || undefined });
    if (code) await api.patch(`/codes/${part(code.id)}`, body(changed));
    else await api.post('/codes', body(values));
    onDone(code ? t`The code was changed.` : t`The code was added.`);
  });
  return (
    <Dialog title={code ? t`Change ${code.name}` : t`Add a code`} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4" noValidate>
        <TextField label={t`Name`} help={t`Who or what it is for; the journal shows it.`} maxLength={64} error={error('name')} {...form.register('name')} />
        <TextField
          label={t`Code`}
          type="password"
          inputMode="numeric"
          autoComplete="new-password"
          maxLength={12}
          help={t`Digits only, at least four. It cannot be read again later.`}
          placeholder={code ? t`Unchanged` : ''}
          error={error('code')}
          {...form.register('code')}
        />
        <fieldset className="grid gap-1">
          <legend className="text-sm font-medium">
            <Trans>Opens</Trans>
          </legend>
          {locks.map((lock) => (
            <label key={lock.number} className="flex min-h-9 items-center gap-3 text-sm">
              <input type="checkbox" value={String(lock.number)} className="size-5 accent-accent" {...form.register('locks')} />
              {lock.name}
            </label>
          ))}
          {error('locks') && <FieldError>{error('locks')}</FieldError>}
        </fieldset>
        <TextField label={t`Room`} help={t`Empty: it belongs to no room.`} maxLength={6} error={error('room')} {...form.register('room')} />
        <Switch label={t`Active`} {...form.register('active')} />
        {fault && <Note kind="error">{fault}</Note>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" tone="primary" busy={busy}>
            {code ? <Trans>Save</Trans> : <Trans>Add</Trans>}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
