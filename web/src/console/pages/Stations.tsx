import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { api, part } from '@/api/client';
import type { Page, Station } from '@/api/types';
import { ConfirmDialog } from '@/shared/ConfirmDialog';
import { useApiForm } from '@/shared/forms';
import { Button, IconButton } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import { Card, PageHead, Skeleton } from '@/ui/Layout';
import { CopyLine } from '@/ui/Secret';
import { Fault, Note, Status } from '@/ui/Status';
import { Table } from '@/ui/Table';
import { say } from '@/ui/Toasts';

type Open = { what: 'add' } | { what: 'edit' | 'delete'; station: Station } | null;

export default function Stations() {
  const { t } = useLingui();
  const client = useQueryClient();
  const [open, setOpen] = useState<Open>(null);
  const stations = useQuery({ queryKey: ['stations'], queryFn: ({ signal }) => api.get<Page<Station>>('/stations', undefined, signal) });
  const close = () => setOpen(null);
  const done = async (words: string) => {
    close();
    await client.invalidateQueries({ queryKey: ['stations'] });
    say(words);
  };
  return (
    <>
      <PageHead
        title={t`Stations`}
        help={t`This station and the others that register with it. The own entry follows the settings and cannot be changed here.`}
        actions={
          <Button tone="primary" icon={Plus} onClick={() => setOpen({ what: 'add' })}>
            <Trans>Add a station</Trans>
          </Button>
        }
      />
      <Fault error={stations.error} />
      <Card bodyClassName="p-0!">
        {stations.isPending ? (
          <Skeleton />
        ) : (
          <Table
            label={t`Stations`}
            rows={stations.data?.items ?? []}
            rowKey={(one) => one.number}
            columns={[
              { id: 'number', title: t`Number`, sort: (one) => one.number, cell: (one) => <span className="font-medium tabular-nums">{one.number}</span> },
              {
                id: 'name',
                name: true,
                title: t`Name`,
                sort: (one) => one.name ?? '',
                cell: (one) => (
                  <span className="flex flex-wrap items-center gap-2">
                    {one.name || '–'}
                    {one.own && <Status tone="accent">{t`This station`}</Status>}
                  </span>
                ),
              },
              { id: 'address', name: true, title: t`Address`, wide: true, cell: (one) => <span className="font-mono text-xs">{one.address || '–'}</span> },
            ]}
            actionsTitle={t`Actions`}
            actions={(one) =>
              !one.own && (
                <>
                  <IconButton icon={Pencil} size="small" label={t`Change station ${one.number}`} onClick={() => setOpen({ what: 'edit', station: one })} />
                  <IconButton icon={Trash2} size="small" label={t`Delete station ${one.number}`} onClick={() => setOpen({ what: 'delete', station: one })} />
                </>
              )
            }
          />
        )}
      </Card>
      {open?.what === 'add' && <StationDialog onClose={close} onDone={done} />}
      {open?.what === 'edit' && <StationDialog station={open.station} onClose={close} onDone={done} />}
      {open?.what === 'delete' && (
        <ConfirmDialog title={t`Delete station ${open.station.number}?`} verb={t`Delete`} onClose={close} act={() => api.delete(`/stations/${part(open.station.number)}`)} onDone={() => done(t`Station ${open.station.number} was deleted.`)}>
          <Trans>It can no longer register here, and its calls are refused.</Trans>
        </ConfirmDialog>
      )}
    </>
  );
}

function StationDialog({ station, onClose, onDone }: { station?: Station; onClose: () => void; onDone: (words: string) => void }) {
  const { t } = useLingui();
  const [made, setMade] = useState<{ number: string; password: string } | null>(null);
  const start = { number: station?.number ?? '', name: station?.name ?? '', address: station?.address ?? '' };
  const { form, fault, busy, submit, error } = useApiForm(start, async ({ number, ...rest }, changed) => {
    if (station) {
      await api.patch(`/stations/${part(station.number)}`, changed);
      onDone(t`Station ${station.number} was changed.`);
    } else setMade(await api.post<{ number: string; password: string }>('/stations', { number: number.trim(), ...rest }));
  });
  if (made) {
    const noted = () => onDone(t`Station ${made.number} was added.`);
    return (
      <Dialog
        key="made"
        title={t`Station ${made.number}`}
        onClose={noted}
        footer={
          <Button tone="primary" onClick={noted}>
            <Trans>I have noted the password</Trans>
          </Button>
        }
      >
        <Note kind="warning">
          <Trans>Enter this at the other station. The password is shown only now.</Trans>
        </Note>
        <CopyLine label={t`User`} value={made.number} />
        <CopyLine label={t`Password`} value={made.password} />
      </Dialog>
    );
  }
  return (
    <Dialog title={station ? t`Station ${station.number}` : t`Add a station`} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4" noValidate>
        {!station && <TextField label={t`Number`} help={t`At most 5 digits, and no room may have the same.`} inputMode="numeric" maxLength={5} error={error('number')} {...form.register('number')} />}
        <TextField label={t`Name`} maxLength={64} error={error('name')} {...form.register('name')} />
        <TextField label={t`Address`} help={t`Its IP address or host name.`} maxLength={253} error={error('address')} {...form.register('address')} />
        {fault && <Note kind="error">{fault}</Note>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" tone="primary" busy={busy}>
            {station ? <Trans>Save</Trans> : <Trans>Add</Trans>}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
