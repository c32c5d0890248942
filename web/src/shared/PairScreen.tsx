import { Trans, useLingui } from '@lingui/react/macro';
import { ArrowLeft, Link2 } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import { ApiError } from '@/api/client';
import type { Paired } from '@/api/types';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Brand } from '@/ui/Brand';
import { Note } from '@/ui/Status';
import { deviceName, keepDevice, pair, takeToken } from './device';

interface PairScreenProps {
  kind: Paired['kind'];
  onPaired: (device: Paired) => void;
  notice?: string;
  /** Where the device is paired already: leaves it at that, for an old link may have been opened again. */
  onBack?: () => void;
}

/** Trades the one-time token of a QR code, or a short code typed by hand, for this device's own account. */
export function PairScreen({ kind, onPaired, notice, onBack }: PairScreenProps) {
  const { t } = useLingui();
  const [code, setCode] = useState('');
  const [name, setName] = useState(() => deviceName());
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');

  const trade = async (secret: { token: string } | { short_code: string }) => {
    setBusy(true);
    setError('');
    try {
      const device = await pair(secret, name.trim());
      if (device.kind !== kind) {
        setError(device.kind === 'panel' ? t`This code pairs a panel. Open the panel page instead.` : t`This code pairs a monitor. Open the monitor page instead.`);
        return;
      }
      keepDevice(device);
      onPaired(device);
    } catch (cause) {
      setError(cause instanceof ApiError ? cause.message : String(cause));
    } finally {
      setBusy(false);
    }
  };

  useEffect(() => {
    const take = () => {
      const token = takeToken();
      if (token) void trade({ token });
    };
    take();
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    void trade({ short_code: code.replace(/\s|-/g, '').toUpperCase() });
  };

  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <form onSubmit={submit} className="hairline grid w-full max-w-md gap-5 rounded-2xl bg-surface p-6 shadow-float sm:p-8">
        <Brand />
        <div>
          <h1 className="text-2xl font-semibold tracking-tight">
            {kind === 'monitor' ? <Trans>Pair this device as a monitor</Trans> : <Trans>Pair this device as the station's panel</Trans>}
          </h1>
          <p className="mt-2 text-sm text-soft">
            <Trans>In the console, open Household, Monitors, and choose Pair. Scan the QR code with this device, or type the short code here.</Trans>
          </p>
        </div>
        {notice && !error && <Note kind="warning">{notice}</Note>}
        {error && <Note kind="error">{error}</Note>}
        <TextField
          label={t`Short code`}
          value={code}
          onChange={(event) => setCode(event.target.value)}
          inputMode="text"
          autoCapitalize="characters"
          spellCheck={false}
          required
          maxLength={16}
          className="text-center font-mono text-2xl! tracking-[0.3em] uppercase"
        />
        <TextField label={t`Name of this device`} help={t`Shown in the console's list of monitors.`} value={name} maxLength={64} onChange={(event) => setName(event.target.value)} />
        <Button type="submit" tone="primary" size="large" icon={Link2} busy={busy}>
          <Trans>Pair</Trans>
        </Button>
        {onBack && (
          <Button icon={ArrowLeft} disabled={busy} onClick={onBack}>
            <Trans>Stay paired as before</Trans>
          </Button>
        )}
      </form>
    </main>
  );
}
