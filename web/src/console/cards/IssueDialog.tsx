import { Trans, useLingui } from '@lingui/react/macro';
import { useQueryClient } from '@tanstack/react-query';
import { CircleCheck, Nfc, TimerOff } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { ApiError, api, part } from '@/api/client';
import type { CardIssue, CardRecord, Lock } from '@/api/types';
import { countdown } from '@/i18n/format';
import { said } from '@/i18n/station';
import { useSecondsUntil } from '@/shared/countdown';
import { numbers, useApiForm } from '@/shared/forms';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import { Note } from '@/ui/Status';
import { complain } from '@/ui/Toasts';
import { OpensField, cardName } from './CardFields';
import { useCardIssue } from './useCardIssue';

/** Issues a card: whose, then hold it to the reader while the time runs, then who has it. */
export function IssueDialog({ locks, onClose, onDone }: { locks: Lock[]; onClose: () => void; onDone: (words: string) => void }) {
  const { t } = useLingui();
  const client = useQueryClient();
  const issue = useCardIssue();
  // Until when the card is awaited that this dialog asked for: it tells it from the next one, which may be somebody else's.
  const [begun, setBegun] = useState('');
  const awaited = issue.data?.state === 'awaited' ? issue.data.until : undefined;
  const others = !!awaited && awaited !== begun;
  const state = begun && !others ? issue.data?.state : undefined;
  useEffect(() => {
    if (others) setBegun((own) => (own === awaited ? own : ''));
  }, [others, awaited]);
  const { form, fault, busy, submit, error } = useApiForm({ room: '', locks: ['1'] }, async (values) => {
    const { until } = await api.post<CardIssue>('/cards/issue', { room: values.room.trim(), locks: numbers(values.locks) });
    // Asked for anew: a card may have been held before this answer came.
    await client.refetchQueries({ queryKey: ['card-issue'] });
    setBegun(until ?? '');
  });
  const close = () => {
    // A card that is not awaited any more cannot be cancelled: nothing to say about that.
    if (state === 'awaited') void api.delete('/cards/issue').catch((wrong) => wrong instanceof ApiError && wrong.status === 404 ? undefined : complain(wrong));
    onClose();
  };
  return (
    <Dialog title={t`Issue a card`} onClose={close}>
      {state === 'awaited' || state === 'keeping' ? (
        <Awaited issue={issue.data} onCancel={close} />
      ) : state === 'issued' && issue.data?.card ? (
        <Issued card={issue.data.card} onDone={onDone} />
      ) : (
        <form onSubmit={submit} className="grid gap-4" noValidate>
          {state === 'expired' && (
            <Note kind="warning" title={t`No card was held in time`}>
              <Trans>Start again, and hold the card to the reader while the time runs.</Trans>
            </Note>
          )}
          {state === 'cancelled' && <Note>{t`No card is awaited any more.`}</Note>}
          {state === 'failed' && <Note kind="error">{said(issue.data?.message ?? '')}</Note>}
          <TextField label={t`Room`} help={t`Whose card it is. Its holder's name is asked for afterwards.`} maxLength={6} error={error('room')} {...form.register('room')} />
          <OpensField locks={locks} error={error('locks')} field={form.register('locks')} />
          {fault && <Note kind="error">{fault}</Note>}
          <div className="flex justify-end gap-2">
            <Button onClick={close}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" tone="primary" icon={state === 'expired' ? TimerOff : Nfc} busy={busy}>
              {begun ? <Trans>Start again</Trans> : <Trans>Start</Trans>}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function Awaited({ issue, onCancel }: { issue?: CardIssue; onCancel: () => void }) {
  const left = useSecondsUntil(issue?.until);
  const cancel = useRef<HTMLDivElement>(null);
  // The field that had the focus is gone.
  useEffect(() => cancel.current?.querySelector('button')?.focus(), []);
  const known = issue?.known;
  return (
    <div className="grid gap-4">
      <div className="grid justify-items-center gap-3 py-4 text-center">
        <span aria-hidden className="ring-pulse grid size-24 place-items-center rounded-full bg-talking-wash text-talking ring-4 ring-talking">
          <Nfc className="size-12" />
        </span>
        <p role="status" className="text-lg font-semibold text-balance">
          <Trans>Hold the new card of room {issue?.room ?? ''} to the reader now</Trans>
        </p>
        <p role="timer" className="font-mono text-4xl font-semibold tabular-nums">
          {countdown(left)}
        </p>
      </div>
      <div aria-live="polite">
        {known && (
          <Note kind="warning" title={<Trans>This card is known already</Trans>}>
            <Trans>
              It is {cardName(known)} of room {known.room}. Hold another one, or delete that one first.
            </Trans>
          </Note>
        )}
      </div>
      <div ref={cancel} className="flex justify-end">
        <Button onClick={onCancel}>
          <Trans>Cancel</Trans>
        </Button>
      </div>
    </div>
  );
}

function Issued({ card, onDone }: { card: CardRecord; onDone: (words: string) => void }) {
  const { t } = useLingui();
  const { form, fault, busy, submit, error } = useApiForm({ name: card.name ?? '' }, async (values) => {
    const name = values.name.trim();
    if (name) await api.patch(`/cards/${part(card.id)}`, { name });
    onDone(t`The card was issued.`);
  });
  const { setFocus } = form;
  useEffect(() => setFocus('name'), [setFocus]);
  return (
    <form onSubmit={submit} className="grid gap-4" noValidate>
      <div role="status" className="grid justify-items-center gap-2 py-2 text-center">
        <CircleCheck aria-hidden className="size-12 text-open" />
        <p className="text-lg font-semibold">
          <Trans>Card …{card.ending} is issued for room {card.room}</Trans>
        </p>
        <p className="text-sm text-soft">
          <Trans>It opens from now on.</Trans>
        </p>
      </div>
      <TextField label={t`Holder`} help={t`Who has the card; the journal shows it.`} maxLength={64} error={error('name')} {...form.register('name')} />
      {fault && <Note kind="error">{fault}</Note>}
      <div className="flex justify-end gap-2">
        <Button type="submit" tone="primary" busy={busy}>
          <Trans>Done</Trans>
        </Button>
      </div>
    </form>
  );
}
