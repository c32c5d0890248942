import { Trans, useLingui } from '@lingui/react/macro';
import { api, part } from '@/api/client';
import type { Room } from '@/api/types';
import { useApiForm } from '@/shared/forms';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import { Note } from '@/ui/Status';

/** Adds a room, or changes one; its number stays what it is, because monitors are registered under it. */
export function RoomDialog({ room, onClose, onDone }: { room?: Room; onClose: () => void; onDone: (words: string) => void }) {
  const { t } = useLingui();
  const start = { number: room?.number ?? '', first_name: room?.first_name ?? '', last_name: room?.last_name ?? '', nick_name: room?.nick_name ?? '' };
  const { form, fault, busy, submit, error } = useApiForm(start, async ({ number, ...names }, changed) => {
    if (room) await api.patch(`/rooms/${part(room.number)}`, changed);
    else await api.post('/rooms', { number: number.trim(), ...names });
    onDone(room ? t`Room ${room.number} was changed.` : t`Room ${number.trim()} was added.`);
  });
  return (
    <Dialog title={room ? t`Room ${room.number}` : t`Add a room`} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4" noValidate>
        {!room && <TextField label={t`Number`} help={t`At most 6 letters or digits; what visitors dial.`} maxLength={6} spellCheck={false} error={error('number')} {...form.register('number')} />}
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField label={t`First name`} maxLength={64} error={error('first_name')} {...form.register('first_name')} />
          <TextField label={t`Last name`} maxLength={64} error={error('last_name')} {...form.register('last_name')} />
        </div>
        <TextField label={t`Nick name`} help={t`Shown instead of the names, where it is filled in.`} maxLength={64} error={error('nick_name')} {...form.register('nick_name')} />
        {fault && <Note kind="error">{fault}</Note>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" tone="primary" busy={busy}>
            {room ? <Trans>Save</Trans> : <Trans>Add</Trans>}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
