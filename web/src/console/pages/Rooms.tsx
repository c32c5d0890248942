import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useQueryClient } from '@tanstack/react-query';
import { DoorClosed, Layers, MonitorSmartphone, Pencil, Plus, Trash2 } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { api, part } from '@/api/client';
import { usePaged } from '@/api/paged';
import type { Room } from '@/api/types';
import { ConfirmDialog } from '@/shared/ConfirmDialog';
import { ShowMore } from '@/shared/ShowMore';
import { Button, IconButton } from '@/ui/Button';
import { inputClass } from '@/ui/Field';
import { Card, Empty, PageHead, Skeleton } from '@/ui/Layout';
import { Fault } from '@/ui/Status';
import { Table } from '@/ui/Table';
import { say } from '@/ui/Toasts';
import { PairDialog } from '../monitors/PairDialog';
import { BatchDialog } from '../rooms/BatchDialog';
import { RoomDialog } from '../rooms/RoomDialog';
import { useFocusOn } from '../useFocusOn';

type Open = { what: 'add' } | { what: 'batch' } | { what: 'clear' } | { what: 'edit' | 'delete' | 'pair'; room: Room } | null;

export const nameOf = (room: Room) => room.nick_name || [room.first_name, room.last_name].filter(Boolean).join(' ');

export default function Rooms() {
  const { t } = useLingui();
  const client = useQueryClient();
  const [text, setText] = useState('');
  const [open, setOpen] = useState<Open>(null);
  const asked = useDeferredValue(text.trim());
  const { items, total, query: rooms } = usePaged<Room>('rooms', asked);
  useFocusOn(rooms.isSuccess, setText);
  const close = () => setOpen(null);
  const done = async (words: string) => {
    close();
    await client.invalidateQueries({ queryKey: ['rooms'] });
    say(words);
  };

  return (
    <>
      <PageHead
        title={t`Rooms`}
        help={t`Each room has a number that visitors dial, and monitors that ring.`}
        actions={
          <>
            <Button icon={Layers} onClick={() => setOpen({ what: 'batch' })}>
              <Trans>Add many</Trans>
            </Button>
            <Button tone="primary" icon={Plus} onClick={() => setOpen({ what: 'add' })}>
              <Trans>Add a room</Trans>
            </Button>
          </>
        }
      />
      <Fault error={!rooms.isFetchNextPageError && rooms.error} />
      <Card bodyClassName="p-0!">
        <div className="flex flex-wrap items-center gap-3 border-line p-3 not-last:border-b">
          <input type="search" aria-label={t`Find rooms`} placeholder={t`Number or name`} value={text} onChange={(event) => setText(event.target.value)} className={`${inputClass} max-w-xs`} />
          <p role="status" className="text-sm text-soft">
            {rooms.isSuccess && <Plural value={total} one="# room" other="# rooms" />}
          </p>
          <span className="flex-1" />
          {total > 0 && !asked && (
            <Button tone="ghost" size="small" icon={Trash2} onClick={() => setOpen({ what: 'clear' })}>
              <Trans>Delete all…</Trans>
            </Button>
          )}
        </div>
        {rooms.isPending ? (
          <Skeleton lines={6} />
        ) : items.length ? (
          <Table
            label={t`Rooms`}
            rows={items}
            more={rooms.hasNextPage}
            rowKey={(room) => room.number}
            columns={[
              { id: 'number', title: t`Number`, sort: (room) => room.number, cell: (room) => <span className="font-medium tabular-nums">{room.number}</span> },
              { id: 'name', name: true, title: t`Name`, sort: nameOf, cell: nameOf },
              { id: 'monitors', title: t`Monitors`, sort: (room) => room.monitors ?? 0, wide: true, cell: (room) => (room.monitors ? t`${room.online ?? 0} of ${room.monitors} online` : <span className="text-soft">{t`none`}</span>) },
            ]}
            actionsTitle={t`Actions`}
            actions={(room) => (
              <>
                <IconButton icon={MonitorSmartphone} size="small" label={t`Pair a monitor with room ${room.number}`} onClick={() => setOpen({ what: 'pair', room })} />
                <IconButton icon={Pencil} size="small" label={t`Change room ${room.number}`} onClick={() => setOpen({ what: 'edit', room })} />
                <IconButton icon={Trash2} size="small" label={t`Delete room ${room.number}`} onClick={() => setOpen({ what: 'delete', room })} />
              </>
            )}
          />
        ) : rooms.isSuccess ? (
          <Empty
            icon={DoorClosed}
            title={asked ? t`No room matches` : t`No rooms yet`}
            action={
              !asked && (
                <Button tone="primary" icon={Plus} onClick={() => setOpen({ what: 'add' })}>
                  <Trans>Add the first room</Trans>
                </Button>
              )
            }
          >
            {!asked && <Trans>Add rooms one by one, or a whole building at once.</Trans>}
          </Empty>
        ) : null}
        <ShowMore query={rooms} />
      </Card>
      {open?.what === 'add' && <RoomDialog onClose={close} onDone={done} />}
      {open?.what === 'edit' && <RoomDialog room={open.room} onClose={close} onDone={done} />}
      {open?.what === 'batch' && <BatchDialog onClose={close} onDone={done} />}
      {open?.what === 'pair' && <PairDialog kind="monitor" room={open.room.number} onClose={close} />}
      {open?.what === 'delete' && (
        <ConfirmDialog
          title={t`Delete room ${open.room.number}?`}
          verb={t`Delete`}
          onClose={close}
          act={() => api.delete(`/rooms/${part(open.room.number)}`)}
          onDone={() => done(t`Room ${open.room.number} was deleted.`)}
        >
          <Trans>Its monitors stop ringing at once and must be paired again, and its codes and cards no longer open.</Trans>
        </ConfirmDialog>
      )}
      {open?.what === 'clear' && (
        <ConfirmDialog title={t`Delete all rooms?`} verb={t`Delete all`} password onClose={close} act={(password) => api.delete('/rooms', { password })} onDone={() => done(t`All rooms were deleted.`)}>
          <Plural
            value={total}
            one="The only room, its monitors, codes and cards will be gone. This cannot be undone."
            other="All # rooms, their monitors, codes and cards will be gone. This cannot be undone."
          />
        </ConfirmDialog>
      )}
    </>
  );
}
