import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Bot, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { api, part } from '@/api/client';
import type { MachineAccount, Page } from '@/api/types';
import { dateTime } from '@/i18n/format';
import { ConfirmDialog } from '@/shared/ConfirmDialog';
import { useApiForm } from '@/shared/forms';
import { Button, IconButton } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { FieldError, TextField } from '@/ui/Field';
import { Card, Empty, PageHead, Skeleton } from '@/ui/Layout';
import { CopyLine } from '@/ui/Secret';
import { Fault, Note } from '@/ui/Status';
import { Table } from '@/ui/Table';
import { say } from '@/ui/Toasts';

type Right = 'rtsp' | 'api' | 'unlock';

function useRights(): Record<Right, string> {
  const { t } = useLingui();
  return { rtsp: t`Watch by RTSP`, api: t`Read over the API`, unlock: t`Open doors` };
}

export default function Machines() {
  const { t } = useLingui();
  const client = useQueryClient();
  const rights = useRights();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<MachineAccount | null>(null);
  const machines = useQuery({ queryKey: ['machines'], queryFn: ({ signal }) => api.get<Page<MachineAccount>>('/machine-accounts', undefined, signal) });
  const items = machines.data?.items ?? [];
  const add = (
    <Button tone="primary" icon={Plus} onClick={() => setAdding(true)}>
      <Trans>Add an account</Trans>
    </Button>
  );
  return (
    <>
      <PageHead title={t`Machine accounts`} help={t`For recorders and home automation: each with a secret of its own and only the rights it needs.`} actions={add} />
      <Fault error={machines.error} />
      <Card bodyClassName="p-0!">
        {machines.isPending ? (
          <Skeleton />
        ) : items.length ? (
          <Table
            label={t`Machine accounts`}
            rows={items}
            rowKey={(one) => one.name}
            columns={[
              { id: 'name', name: true, title: t`Name`, sort: (one) => one.name, cell: (one) => <span className="font-medium">{one.name}</span> },
              { id: 'rights', title: t`Rights`, cell: (one) => one.rights.map((right) => rights[right as Right] ?? right).join(', ') || '–' },
              { id: 'since', title: t`Since`, wide: true, sort: (one) => one.created_at ?? '', cell: (one) => dateTime(one.created_at) || '–' },
            ]}
            actionsTitle={t`Actions`}
            actions={(one) => <IconButton icon={Trash2} size="small" label={t`Delete ${one.name}`} onClick={() => setRemoving(one)} />}
          />
        ) : machines.isSuccess ? (
          <Empty icon={Bot} title={t`No machine accounts`} action={add} />
        ) : null}
      </Card>
      {adding && <AddDialog onClose={() => setAdding(false)} />}
      {removing && (
        <ConfirmDialog
          title={t`Delete ${removing.name}?`}
          verb={t`Delete`}
          onClose={() => setRemoving(null)}
          act={() => api.delete(`/machine-accounts/${part(removing.name)}`)}
          onDone={async () => {
            setRemoving(null);
            await client.invalidateQueries({ queryKey: ['machines'] });
            say(t`The account was deleted.`);
          }}
        >
          <Trans>What uses it is refused from now on.</Trans>
        </ConfirmDialog>
      )}
    </>
  );
}

function AddDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const client = useQueryClient();
  const rights = useRights();
  const [made, setMade] = useState<{ name: string; secret: string } | null>(null);
  const { form, fault, busy, submit, error } = useApiForm({ name: '', rights: ['rtsp'] as string[] }, async (values) => {
    setMade(await api.post<{ name: string; secret: string }>('/machine-accounts', { ...values, name: values.name.trim() }));
    await client.invalidateQueries({ queryKey: ['machines'] });
  });
  // The station lets nobody open doors over the API who may not use that at all.
  const together = ({ target }: { target: HTMLInputElement }) => {
    const chosen = new Set(form.getValues('rights'));
    if (target.value === 'unlock' && target.checked) chosen.add('api');
    if (target.value === 'api' && !target.checked) chosen.delete('unlock');
    form.setValue('rights', Object.keys(rights).filter((right) => chosen.has(right)));
  };
  if (made)
    return (
      <Dialog
        key="made"
        title={t`The account was made`}
        onClose={onClose}
        footer={
          <Button tone="primary" onClick={onClose}>
            <Trans>I have noted the secret</Trans>
          </Button>
        }
      >
        <Note kind="warning">
          <Trans>The secret is shown only now.</Trans>
        </Note>
        <CopyLine label={t`Name`} value={made.name} />
        <CopyLine label={t`Secret`} value={made.secret} />
      </Dialog>
    );
  return (
    <Dialog title={t`Add a machine account`} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4" noValidate>
        <TextField label={t`Name`} maxLength={32} spellCheck={false} error={error('name')} {...form.register('name')} />
        <fieldset className="grid gap-1">
          <legend className="text-sm font-medium">
            <Trans>Rights</Trans>
          </legend>
          {Object.entries(rights).map(([right, title]) => (
            <label key={right} className="flex min-h-9 items-center gap-3 text-sm">
              <input type="checkbox" value={right} className="size-5 accent-accent" {...form.register('rights', { onChange: together })} />
              {title}
            </label>
          ))}
          {error('rights') && <FieldError>{error('rights')}</FieldError>}
        </fieldset>
        {fault && <Note kind="error">{fault}</Note>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" tone="primary" busy={busy}>
            <Trans>Make the account</Trans>
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
