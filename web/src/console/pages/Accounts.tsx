import { Trans, useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Mail, Users } from 'lucide-react';
import { api, part } from '@/api/client';
import type { LoginSession, Page } from '@/api/types';
import { dateTime } from '@/i18n/format';
import { deviceName } from '@/shared/device';
import { useApiForm } from '@/shared/forms';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Card, PageHead, Skeleton } from '@/ui/Layout';
import { Fault, Note, Status } from '@/ui/Status';
import { Table } from '@/ui/Table';
import { complain, say } from '@/ui/Toasts';
import { PasswordHints } from '../PasswordHints';

export default function Accounts() {
  const { t } = useLingui();
  return (
    <>
      <PageHead title={t`Accounts and sessions`} help={t`Who is logged in, and the password and address of your own account.`} />
      <div className="grid gap-4">
        <Sessions />
        <div className="grid items-start gap-4 lg:grid-cols-2">
          <Password />
          <Email />
        </div>
      </div>
    </>
  );
}

function Sessions() {
  const { t } = useLingui();
  const client = useQueryClient();
  const sessions = useQuery({ queryKey: ['sessions'], refetchInterval: 15_000, queryFn: ({ signal }) => api.get<Page<LoginSession>>('/sessions', undefined, signal) });
  const end = useMutation({
    mutationFn: (id: string) => api.delete(`/sessions/${part(id)}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['sessions'] }),
    onError: complain,
  });
  return (
    <Card title={t`Logged in now`} icon={Users} bodyClassName="p-0!">
      <Fault error={sessions.error} />
      {sessions.isPending ? (
        <Skeleton />
      ) : (
        <Table
          label={t`Sessions`}
          rows={sessions.data?.items ?? []}
          rowKey={(one) => one.id}
          columns={[
            {
              id: 'account',
              title: t`Account`,
              sort: (one) => one.account,
              cell: (one) => (
                <span className="flex flex-wrap items-center gap-2">
                  <span className="font-medium">{one.account}</span>
                  {one.current && <Status tone="accent">{t`This session`}</Status>}
                </span>
              ),
            },
            { id: 'address', title: t`Address`, cell: (one) => <span className="font-mono text-xs">{one.address || '–'}</span> },
            { id: 'device', title: t`Device`, wide: true, cell: (one) => (one.browser ? deviceName(one.browser) : '–') },
            { id: 'since', title: t`Since`, wide: true, sort: (one) => one.began ?? '', cell: (one) => dateTime(one.began) || '–' },
          ]}
          actionsTitle={t`Actions`}
          actions={(one) =>
            !one.current && (
              <Button size="small" aria-label={t`End the session of ${one.account}`} onClick={() => end.mutate(one.id)}>
                <Trans>End</Trans>
              </Button>
            )
          }
        />
      )}
    </Card>
  );
}

function Password() {
  const { t } = useLingui();
  const { form, fault, busy, submit, error } = useApiForm({ old_password: '', password: '', password_repeat: '' }, async (values) => {
    await api.post('/password', values);
    form.reset();
    say(t`The password was changed.`);
  });
  const [password, repeat] = form.watch(['password', 'password_repeat']);
  return (
    <Card title={t`Password`} icon={KeyRound}>
      <form onSubmit={submit} className="grid gap-4" noValidate>
        <TextField label={t`Password until now`} type="password" autoComplete="current-password" error={error('old_password')} {...form.register('old_password')} />
        <TextField label={t`New password`} type="password" autoComplete="new-password" error={error('password')} {...form.register('password')} />
        <TextField label={t`The same password again`} type="password" autoComplete="new-password" error={error('password_repeat')} {...form.register('password_repeat')} />
        <PasswordHints password={password} repeat={repeat} account="admin" />
        {fault && <Note kind="error">{fault}</Note>}
        <Button type="submit" tone="primary" busy={busy} className="justify-self-start">
          <Trans>Change the password</Trans>
        </Button>
      </form>
    </Card>
  );
}

function Email() {
  const { t } = useLingui();
  const { form, fault, busy, submit, error } = useApiForm({ email: '', password: '' }, async (values) => {
    await api.put('/email', values);
    form.reset();
    say(t`The e-mail address was changed.`);
  });
  return (
    <Card title={t`E-mail address`} icon={Mail}>
      <form onSubmit={submit} className="grid gap-4" noValidate>
        <TextField label={t`New address`} type="email" autoComplete="email" help={t`For a forgotten password. It stays on this station.`} error={error('email')} {...form.register('email')} />
        <TextField label={t`Your password`} type="password" autoComplete="current-password" error={error('password')} {...form.register('password')} />
        {fault && <Note kind="error">{fault}</Note>}
        <Button type="submit" tone="primary" busy={busy} className="justify-self-start">
          <Trans>Change the address</Trans>
        </Button>
      </form>
    </Card>
  );
}
