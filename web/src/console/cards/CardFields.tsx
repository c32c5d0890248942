import { Trans } from '@lingui/react/macro';
import type { UseFormRegisterReturn } from 'react-hook-form';
import type { CardRecord, Lock } from '@/api/types';
import { FieldError } from '@/ui/Field';

/** What a card is called where people read: its holder, or the ending of its number. */
export const cardName = (card: CardRecord) => card.name || `…${card.ending}`;

/** The doors that a card opens. */
export function OpensField({ locks, error, field }: { locks: Lock[]; error?: string; field: UseFormRegisterReturn }) {
  return (
    <fieldset className="grid gap-1">
      <legend className="text-sm font-medium">
        <Trans>Opens</Trans>
      </legend>
      {locks.map((lock) => (
        <label key={lock.number} className="flex min-h-9 items-center gap-3 text-sm">
          <input type="checkbox" value={String(lock.number)} className="size-5 accent-accent" {...field} />
          {lock.name}
        </label>
      ))}
      {error && <FieldError>{error}</FieldError>}
    </fieldset>
  );
}
