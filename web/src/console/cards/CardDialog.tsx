import { Trans, useLingui } from '@lingui/react/macro';
import { api, part } from '@/api/client';
import type { CardRecord, Lock } from '@/api/types';
import { numbers, useApiForm } from '@/shared/forms';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import { Note } from '@/ui/Status';
import { Switch } from '@/ui/Switch';
import { OpensField, cardName } from './CardFields';

export function CardDialog({ card, locks, onClose, onDone }: { card: CardRecord; locks: Lock[]; onClose: () => void; onDone: (words: string) => void }) {
  const { t } = useLingui();
  const start = { name: card.name ?? '', room: card.room, locks: card.locks.map(String), main: card.main };
  const { form, fault, busy, submit, error } = useApiForm(start, async (_, changed) => {
    await api.patch(`/cards/${part(card.id)}`, { ...changed, name: changed.name?.trim(), room: changed.room?.trim(), ...('locks' in changed && { locks: numbers(changed.locks) }) });
    onDone(t`The card was changed.`);
  });
  return (
    <Dialog title={t`Change ${cardName(card)}`} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4" noValidate>
        <TextField label={t`Holder`} help={t`Who has the card; the journal shows it.`} maxLength={64} error={error('name')} {...form.register('name')} />
        <TextField label={t`Room`} maxLength={6} error={error('room')} {...form.register('room')} />
        <OpensField locks={locks} error={error('locks')} field={form.register('locks')} />
        <Switch label={t`Main card`} help={t`Held to the reader, it issues further cards of its room. It opens no door itself.`} {...form.register('main')} />
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
