import { Trans, useLingui } from '@lingui/react/macro';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import type { PhoneAccount } from '@/api/types';
import { useApiForm } from '@/shared/forms';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import { CopyLine } from '@/ui/Secret';
import { Note } from '@/ui/Status';

const USUAL_PORT = 5060;

/** An account for a SIP phone. Its password is made by the station and shown this once. */
export function PhoneDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const client = useQueryClient();
  const [account, setAccount] = useState<PhoneAccount | null>(null);
  const { form, fault, busy, submit, error } = useApiForm({ room: '', name: '' }, async (values) => {
    setAccount(await api.post<PhoneAccount>('/monitors', { room: values.room.trim(), kind: 'phone', name: values.name.trim() }));
    await client.invalidateQueries({ queryKey: ['monitors'] });
  });
  if (account)
    return (
      <Dialog
        key="made"
        wide
        title={t`Account for a SIP phone`}
        onClose={onClose}
        footer={
          <Button tone="primary" onClick={onClose}>
            <Trans>I have noted the password</Trans>
          </Button>
        }
      >
        <Note kind="warning">
          <Trans>The password is shown only now. If it is lost, delete the account and make a new one.</Trans>
        </Note>
        <div className="grid gap-2">
          <CopyLine label={t`User`} value={account.user} />
          <CopyLine label={t`Password`} value={account.password} />
          <CopyLine label={t`Domain`} value={account.domain} />
          <CopyLine label={t`Server`} value={account.server} />
          {servedPorts(account).map(([name, port]) => (
            <CopyLine key={name} label={t`Port ${name.toUpperCase()}`} value={String(port)} />
          ))}
        </div>
        <PhoneHelp account={account} />
      </Dialog>
    );
  return (
    <Dialog title={t`Add a SIP phone`} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4" noValidate>
        <TextField label={t`Room`} help={t`The number of the room whose calls it rings for.`} maxLength={6} error={error('room')} {...form.register('room')} />
        <TextField label={t`Name`} placeholder={t`Desk phone`} maxLength={64} error={error('name')} {...form.register('name')} />
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

/** A port of 0 is a transport that the station does not serve. */
const servedPorts = ({ ports }: PhoneAccount) => Object.entries(ports ?? {}).filter(([, port]) => port > 0);

/** The transport that phones know best, of those that are served. */
function serverOf(account: PhoneAccount): string {
  const served = Object.fromEntries(servedPorts(account));
  const transport = ['udp', 'tcp', 'tls'].find((one) => served[one]) ?? 'udp';
  return `sip:${account.server}:${served[transport] ?? USUAL_PORT};transport=${transport}`;
}

function PhoneHelp({ account }: { account: PhoneAccount }) {
  const server = serverOf(account);
  const user = encodeURIComponent(account.user);
  return (
    <div className="grid gap-3 text-sm">
      <details className="hairline rounded-xl px-4 py-3" open>
        <summary className="font-medium">Linphone</summary>
        <ol className="mt-2 list-decimal space-y-1 pl-5 text-soft">
          <li>
            <Trans>Choose “Use a SIP account” and enter user, password and domain as above.</Trans>
          </li>
          <li>
            <Trans>Set the SIP proxy address to</Trans> <code className="font-mono text-ink">{`<${server}>`}</code>
          </li>
          <li>
            <Trans>Switch “Outbound proxy” on, so that calls to the station go there too.</Trans>
          </li>
          <li>
            <Trans>Switch H.264 on and “accept video automatically” on. Press # in a call to open the door.</Trans>
          </li>
        </ol>
      </details>
      <details className="hairline rounded-xl px-4 py-3">
        <summary className="font-medium">baresip</summary>
        <p className="mt-2 text-soft">
          <Trans>One line in ~/.baresip/accounts:</Trans>
        </p>
        <pre className="mt-1 overflow-x-auto rounded-lg bg-ground p-3 font-mono text-xs" tabIndex={0}>
          {`<sip:${user}@${account.domain}>;auth_user=${account.user};auth_pass=${account.password};outbound="${server}";regint=300`}
        </pre>
      </details>
    </div>
  );
}
