import { Trans, useLingui } from '@lingui/react/macro';
import { useQueryClient } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import { ApiError, api, setCsrf } from '@/api/client';
import { stateKey } from '@/api/hooks';
import type { Session } from '@/api/types';
import { useApiForm } from '@/shared/forms';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Note } from '@/ui/Status';
import { GateFrame } from './GateFrame';
import { PasswordHints } from './PasswordHints';
import { askForStation } from './StationStep';

/** S01: the one-time code that the station printed, the admin's password twice, and an address for mail. */
export function FirstStart() {
  const { t } = useLingui();
  const client = useQueryClient();
  const { form, fault, busy, submit, error } = useApiForm({ code: '', password: '', password_repeat: '', email: '' }, async (values) => {
    await api.post('/setup', { ...values, code: values.code.trim() }).catch(async (error: unknown) => {
      // Set up already, by another page or by this one whose login then failed: then it is the page where one logs in.
      if (error instanceof ApiError && error.status === 409) await client.invalidateQueries({ queryKey: stateKey });
      throw error;
    });
    const session = await api.post<Session>('/login', { account: 'admin', password: values.password });
    setCsrf(session.csrf);
    askForStation();
    await client.invalidateQueries({ queryKey: stateKey });
  });
  const [password, repeat] = form.watch(['password', 'password_repeat']);
  return (
    <GateFrame
      title={<Trans>Welcome. Make this station yours.</Trans>}
      help={<Trans>The station printed a one-time code when it started: in its terminal, its log or on its display. It proves that you are at the station.</Trans>}
      step={<Trans>Step 1 of 2</Trans>}
    >
      <form className="grid gap-5" onSubmit={submit} noValidate>
        <TextField label={t`One-time code`} error={error('code')} required autoComplete="one-time-code" spellCheck={false} className="font-mono text-lg! tracking-widest" {...form.register('code')} />
        <TextField label={t`Password of the account admin`} type="password" autoComplete="new-password" error={error('password')} required {...form.register('password')} />
        <TextField label={t`The same password again`} type="password" autoComplete="new-password" error={error('password_repeat')} required {...form.register('password_repeat')} />
        <PasswordHints password={password} repeat={repeat} account="admin" />
        <TextField label={t`E-mail address`} type="email" autoComplete="email" help={t`For a forgotten password. It stays on this station.`} error={error('email')} required {...form.register('email')} />
        {fault && <Note kind="error">{fault}</Note>}
        <Button type="submit" tone="primary" size="large" icon={ArrowRight} busy={busy}>
          <Trans>Set up the station</Trans>
        </Button>
      </form>
    </GateFrame>
  );
}
