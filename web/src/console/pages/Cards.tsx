import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useQueryClient } from '@tanstack/react-query';
import { CreditCard, Nfc, Pencil, SearchCheck, SearchX, Star, Trash2 } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { api, part } from '@/api/client';
import { useLocks } from '@/api/hooks';
import { usePaged } from '@/api/paged';
import type { CardRecord } from '@/api/types';
import { countdown } from '@/i18n/format';
import { ConfirmDialog } from '@/shared/ConfirmDialog';
import { useSecondsUntil } from '@/shared/countdown';
import { ShowMore } from '@/shared/ShowMore';
import { Button, IconButton } from '@/ui/Button';
import { inputClass } from '@/ui/Field';
import { Card, Empty, PageHead, Skeleton } from '@/ui/Layout';
import { Fault, Note, StateIcons, Status } from '@/ui/Status';
import { Table } from '@/ui/Table';
import { complain, say } from '@/ui/Toasts';
import { CardDialog } from '../cards/CardDialog';
import { cardName } from '../cards/CardFields';
import { IssueDialog } from '../cards/IssueDialog';
import { useCardIssue } from '../cards/useCardIssue';

const DOUBLE_CLICK_MS = 600;

type Open = { what: 'issue' } | { what: 'edit' | 'delete'; card: CardRecord } | null;

export default function Cards() {
  const { t } = useLingui();
  const client = useQueryClient();
  const locks = useLocks();
  const [text, setText] = useState('');
  const [open, setOpen] = useState<Open>(null);
  const asked = useDeferredValue(text.trim());
  const { items, total, query: cards } = usePaged<CardRecord>('cards', asked);
  const close = () => setOpen(null);
  const refresh = () => client.invalidateQueries({ queryKey: ['cards'] });
  const done = async (words: string) => {
    close();
    await refresh();
    say(words);
  };
  // The button turns into the other one under the finger, and in a sorted table into another card's: of a double click
  // the second half would find the card again, or lose a neighbour's.
  const [settling, setSettling] = useState(false);
  const setLost = async (card: CardRecord) => {
    if (settling) return;
    setSettling(true);
    try {
      await api.patch(`/cards/${part(card.id)}`, { lost: !card.lost });
      await refresh();
      say(card.lost ? t`${cardName(card)} opens again.` : t`${cardName(card)} is refused from now on.`);
    } catch (error) {
      complain(error);
    } finally {
      setTimeout(() => setSettling(false), DOUBLE_CLICK_MS);
    }
  };
  const doors = (card: CardRecord) => (card.main ? t`nothing` : card.locks.map((number) => locks.data?.items.find((lock) => lock.number === number)?.name ?? String(number)).join(', '));
  const issue = (
    <Button tone="primary" icon={Nfc} onClick={() => setOpen({ what: 'issue' })}>
      <Trans>Issue a card</Trans>
    </Button>
  );
  return (
    <>
      <PageHead title={t`Cards`} help={t`Held to the reader, a card opens the doors it is good for. A main card issues further cards of its room at the station.`} actions={issue} />
      <Fault error={!cards.isFetchNextPageError && cards.error} />
      {open?.what !== 'issue' && <Elsewhere />}
      <Card bodyClassName="p-0!">
        {(total > 0 || asked) && (
          <div className="flex flex-wrap items-center gap-3 border-line p-3 not-last:border-b">
            <input type="search" aria-label={t`Find cards`} placeholder={t`Holder, room or ending`} value={text} onChange={(event) => setText(event.target.value)} className={`${inputClass} max-w-xs`} />
            <p role="status" className="text-sm text-soft">
              {cards.isSuccess && <Plural value={total} one="# card" other="# cards" />}
            </p>
          </div>
        )}
        {cards.isPending ? (
          <Skeleton />
        ) : items.length ? (
          <Table
            label={t`Cards`}
            rows={items}
            more={cards.hasNextPage}
            rowKey={(one) => String(one.id)}
            columns={[
              { id: 'name', name: true, title: t`Holder`, sort: cardName, cell: (one) => <Holder card={one} /> },
              { id: 'room', title: t`Room`, wide: true, sort: (one) => one.room, cell: (one) => <span className="tabular-nums">{one.room}</span> },
              { id: 'ending', title: t`Number`, wide: true, cell: (one) => <span className="font-mono">…{one.ending}</span> },
              { id: 'doors', name: true, title: t`Opens`, wide: true, cell: doors },
              { id: 'state', title: t`State`, sort: (one) => Number(one.lost) * 2 + Number(one.main), cell: (one) => <CardState card={one} /> },
            ]}
            actionsTitle={t`Actions`}
            actions={(one) => (
              <>
                <IconButton icon={one.lost ? SearchCheck : SearchX} size="small" label={one.lost ? t`Set ${cardName(one)} found` : t`Set ${cardName(one)} lost`} aria-disabled={settling || undefined} onClick={() => void setLost(one)} />
                <IconButton icon={Pencil} size="small" label={t`Change ${cardName(one)}`} onClick={() => setOpen({ what: 'edit', card: one })} />
                <IconButton icon={Trash2} size="small" label={t`Delete ${cardName(one)}`} onClick={() => setOpen({ what: 'delete', card: one })} />
              </>
            )}
          />
        ) : cards.isSuccess ? (
          <Empty icon={CreditCard} title={asked ? t`No card matches` : t`No cards yet`} action={!asked && issue}>
            {!asked && <Trans>Choose the room, then hold the card to the reader while the time runs.</Trans>}
          </Empty>
        ) : null}
        <ShowMore query={cards} />
      </Card>
      {open?.what === 'issue' && <IssueDialog locks={locks.data?.items ?? []} onClose={close} onDone={done} />}
      {open?.what === 'edit' && <CardDialog card={open.card} locks={locks.data?.items ?? []} onClose={close} onDone={done} />}
      {open?.what === 'delete' && (
        <ConfirmDialog title={t`Delete the card ${cardName(open.card)}?`} verb={t`Delete`} onClose={close} act={() => api.delete(`/cards/${part(open.card.id)}`)} onDone={() => done(t`The card was deleted.`)}>
          <Trans>It is refused as unknown from now on. To be told whose it is when somebody holds it to the reader, set it lost instead.</Trans>
        </ConfirmDialog>
      )}
    </>
  );
}

/** On a phone, where the columns step back, the room and the number's ending stand below. */
function Holder({ card }: { card: CardRecord }) {
  return (
    <>
      <span className="font-medium">{card.name || <span className="text-soft"><Trans>no name</Trans></span>}</span>
      <span className="block text-xs whitespace-nowrap text-soft tabular-nums md:hidden">
        {card.room} · <span className="font-mono">…{card.ending}</span>
      </span>
    </>
  );
}

function CardState({ card }: { card: CardRecord }) {
  const { t } = useLingui();
  if (card.lost) return <Status tone="alarm" icon={SearchX}>{t`Lost`}</Status>;
  if (card.main) return <Status tone="accent" icon={Star}>{t`Main card`}</Status>;
  return <Status tone="open" icon={StateIcons.ok}>{t`Active`}</Status>;
}

/** A card is awaited that was not asked for in this dialog: by a main card at the station, or by somebody else. */
function Elsewhere() {
  const issue = useCardIssue().data;
  const left = useSecondsUntil(issue?.until);
  if (issue?.state !== 'awaited') return null;
  const cancel = () => void api.delete('/cards/issue').catch(complain);
  return (
    <div className="mb-4">
      <Note
        title={<Trans>A new card of room {issue.room} is awaited at the reader</Trans>}
        action={
          <Button size="small" onClick={cancel}>
            <Trans>Cancel</Trans>
          </Button>
        }
      >
        <Trans>Asked for by {issue.by}; for {countdown(left)} more.</Trans>
      </Note>
    </div>
  );
}
