import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import { Note } from '@/ui/Status';
import { useApiForm } from './forms';

interface ConfirmDialogProps {
  title: string;
  verb: string;
  /** What will be lost, in a sentence. */
  children: ReactNode;
  /** Asks for the password, for what cannot be undone. */
  password?: boolean;
  act: (password: string) => Promise<unknown>;
  onDone: () => void;
  onClose: () => void;
}

export function ConfirmDialog({ title, verb, children, password, act, onDone, onClose }: ConfirmDialogProps) {
  const { t } = useLingui();
  const { form, fault, busy, submit, error } = useApiForm({ password: '' }, async (values) => {
    await act(values.password);
    onDone();
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4" noValidate>
        <p className="text-sm text-pretty">{children}</p>
        {password && <TextField label={t`Your password`} type="password" autoComplete="current-password" error={error('password')} {...form.register('password')} />}
        {(fault || (!password && error('password'))) && <Note kind="error">{fault || error('password')}</Note>}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" tone="danger" busy={busy}>
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
