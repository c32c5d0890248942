import { Trans, useLingui } from '@lingui/react/macro';
import { useQueryClient } from '@tanstack/react-query';
import { LogIn } from 'lucide-react';
import { ApiError, api, setCsrf } from '@/api/client';
import { stateKey } from '@/api/hooks';
import type { Session, State } from '@/api/types';
import { Preferences } from '@/shared/Preferences';
import { useApiForm } from '@/shared/forms';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Note } from '@/ui/Status';
import { GateFrame } from './GateFrame';

/** `other` is a session of a monitor or panel in this browser: logging in here replaces it. */
export function Login({ other }: { other: Session | null }) {
  const { t } = useLingui();
  const client = useQueryClient();
  const { form, fault, busy, submit, error } = useApiForm({ account: 'admin', password: '' }, async (values) => {
    const session = await api.post<Session>('/login', values).catch(async (error: unknown) => {
      // Reset since this page was opened: then it is the page where one sets it up.
      if (error instanceof ApiError && error.code === 'set_up_first') await client.invalidateQueries({ queryKey: stateKey });
      throw error;
    });
    setCsrf(session.csrf);
    client.setQueryData<State>(stateKey, (old) => old && { ...old, session });
    await client.invalidateQueries();
  });
  return (
    <GateFrame title={<Trans>Log in</Trans>} help={<Trans>To the console of this station.</Trans>}>
      <form className="grid gap-5" onSubmit={submit} noValidate>
        {other && (
          <Note kind="info">
            <Trans>This browser is logged in as {other.account}. Logging in as admin ends that.</Trans>
          </Note>
        )}
        <TextField label={t`Account`} autoComplete="username" autoCapitalize="none" spellCheck={false} error={error('account')} {...form.register('account')} />
        <TextField label={t`Password`} type="password" autoComplete="current-password" autoFocus error={error('password')} {...form.register('password')} />
        {fault && <Note kind="error">{fault}</Note>}
        <Button type="submit" tone="primary" size="large" icon={LogIn} busy={busy}>
          <Trans>Log in</Trans>
        </Button>
        <details className="text-sm text-soft">
          <summary>
            <Trans>Forgotten the password?</Trans>
          </summary>
          <p className="mt-2">
            <Trans>
              At the station itself, stop it, run <code className="font-mono">sudo lintel reset-admin --data /var/lib/lintel</code> and start it: it prints a new one-time code. Rooms, monitors and settings stay.
            </Trans>
          </p>
        </details>
      </form>
      <div className="border-t border-line pt-5">
        <Preferences />
      </div>
    </GateFrame>
  );
}
