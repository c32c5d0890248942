import { Trans, useLingui } from '@lingui/react/macro';
import { useQueryClient } from '@tanstack/react-query';
import { Globe, type LucideIcon, MonitorSmartphone, PanelTop, Pencil, PhoneCall, QrCode, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { api, part } from '@/api/client';
import { useMonitors } from '@/api/hooks';
import type { Monitor, MonitorKind } from '@/api/types';
import { dateTime } from '@/i18n/format';
import { ConfirmDialog } from '@/shared/ConfirmDialog';
import { Button, IconButton } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import { Card, Empty, PageHead, Skeleton } from '@/ui/Layout';
import { Fault, StateIcons, Status } from '@/ui/Status';
import { Table } from '@/ui/Table';
import { say } from '@/ui/Toasts';
import { MonitorDialog } from '../monitors/MonitorDialog';
import { PairDialog } from '../monitors/PairDialog';
import { PhoneDialog } from '../monitors/PhoneDialog';

type Open = { what: 'room' | 'phone' | 'panel' } | { what: 'pair'; room: string } | { what: 'delete' | 'edit'; monitor: Monitor } | null;
const ICONS: Record<MonitorKind, LucideIcon> = { browser: Globe, phone: PhoneCall, panel: PanelTop };

export default function Monitors() {
  const { t } = useLingui();
  const client = useQueryClient();
  const [open, setOpen] = useState<Open>(null);
  const [room, setRoom] = useState('');
  const monitors = useMonitors();
  const kinds: Record<MonitorKind, string> = { browser: t`Browser`, phone: t`SIP phone`, panel: t`Panel` };
  const items = monitors.data?.items ?? [];
  const close = () => setOpen(null);
  const done = async (words: string) => {
    close();
    await client.invalidateQueries({ queryKey: ['monitors'] });
    say(words);
  };
  const actions = (
    <>
      <Button icon={PanelTop} onClick={() => setOpen({ what: 'panel' })}>
        <Trans>Pair a panel</Trans>
      </Button>
      <Button icon={PhoneCall} onClick={() => setOpen({ what: 'phone' })}>
        <Trans>Add a SIP phone</Trans>
      </Button>
      <Button tone="primary" icon={QrCode} onClick={() => setOpen({ what: 'room' })}>
        <Trans>Pair a monitor</Trans>
      </Button>
    </>
  );
  return (
    <>
      <PageHead title={t`Monitors`} help={t`What rings when somebody dials a room: browsers on phones, tablets and computers, and SIP phones.`} actions={actions} />
      <Fault error={monitors.error} />
      <Card bodyClassName="p-0!">
        {monitors.isPending ? (
          <Skeleton lines={5} />
        ) : items.length ? (
          <Table
            label={t`Monitors`}
            rows={items}
            rowKey={(one) => one.account}
            columns={[
              {
                id: 'name',
                name: true,
                title: t`Name`,
                sort: (one) => one.name ?? '',
                cell: (one) => {
                  const Icon = ICONS[one.kind] ?? Globe;
                  return (
                    <span className="flex items-center gap-2.5">
                      <Icon aria-label={kinds[one.kind]} role="img" className="size-4 shrink-0 text-soft" />
                      <span>
                        {one.name || kinds[one.kind]}
                        <span className="block font-mono text-xs text-soft">{one.account}</span>
                      </span>
                    </span>
                  );
                },
              },
              { id: 'room', title: t`Room`, wide: true, sort: (one) => one.room ?? '', cell: (one) => one.room || '–' },
              {
                id: 'online',
                title: t`State`,
                sort: (one) => Number(!one.online),
                cell: (one) =>
                  one.online ? <Status tone="open" icon={StateIcons.online}>{t`Online`}</Status> : <Status icon={StateIcons.offline}>{t`Offline`}</Status>,
              },
              { id: 'address', title: t`Address`, wide: true, cell: (one) => <span className="font-mono text-xs">{one.address || '–'}</span> },
              { id: 'seen', title: t`Last seen`, wide: true, sort: (one) => one.last_seen ?? '', cell: (one) => dateTime(one.last_seen) || '–' },
            ]}
            actionsTitle={t`Actions`}
            actions={(one) => (
              <>
                <IconButton icon={Pencil} size="small" label={t`Change ${one.name || one.account}`} onClick={() => setOpen({ what: 'edit', monitor: one })} />
                <IconButton icon={Trash2} size="small" label={t`Remove ${one.name || one.account}`} onClick={() => setOpen({ what: 'delete', monitor: one })} />
              </>
            )}
          />
        ) : monitors.isSuccess ? (
          <Empty icon={MonitorSmartphone} title={t`Nothing rings yet`} action={<div className="flex flex-wrap justify-center gap-2">{actions}</div>}>
            <Trans>Pair the phone in your pocket: it takes half a minute and no app.</Trans>
          </Empty>
        ) : null}
      </Card>
      {open?.what === 'room' && (
        <Dialog title={t`Pair a monitor`} onClose={close}>
          <form
            className="grid gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              if (room.trim()) setOpen({ what: 'pair', room: room.trim() });
            }}
          >
            <TextField label={t`Room`} help={t`The number of the room whose calls it rings for.`} required maxLength={6} value={room} onChange={(event) => setRoom(event.target.value)} />
            <div className="flex justify-end gap-2">
              <Button onClick={close}>
                <Trans>Cancel</Trans>
              </Button>
              <Button type="submit" tone="primary">
                <Trans>Show the code</Trans>
              </Button>
            </div>
          </form>
        </Dialog>
      )}
      {open?.what === 'pair' && <PairDialog kind="monitor" room={open.room} onClose={close} />}
      {open?.what === 'panel' && <PairDialog kind="panel" onClose={close} />}
      {open?.what === 'phone' && <PhoneDialog onClose={close} />}
      {open?.what === 'edit' && <MonitorDialog monitor={open.monitor} onClose={close} onDone={done} />}
      {open?.what === 'delete' && (
        <ConfirmDialog
          title={t`Remove ${open.monitor.name || open.monitor.account}?`}
          verb={t`Remove`}
          onClose={close}
          act={() => api.delete(`/monitors/${part(open.monitor.account)}`)}
          onDone={() => done(t`Removed.`)}
        >
          <Trans>Its account ends at once: it no longer rings and cannot open doors.</Trans>
        </ConfirmDialog>
      )}
    </>
  );
}
