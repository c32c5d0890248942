import { Trans, useLingui } from '@lingui/react/macro';
import { Bell, BellRing, Mic, ShieldAlert } from 'lucide-react';
import { useState } from 'react';
import type { Paired } from '@/api/types';
import type { LineState } from '@/calls/CallClient';
import { type DeviceFault, stopTracks, take } from '@/media/devices';
import { arm, tryChime } from '@/media/ringer';
import { Brand } from '@/ui/Brand';
import { Button } from '@/ui/Button';
import { Note } from '@/ui/Status';
import { LineStatus } from './line';

const KEY = 'lintel.armed';
export function wasArmed(): boolean {
  try {
    return localStorage.getItem(KEY) === 'yes';
  } catch {
    return false;
  }
}

/** Asks for the microphone and lets it go at once: only the permission is wanted now. */
async function allowMicrophone(): Promise<DeviceFault | undefined> {
  const taken = await take({ audio: true });
  if (typeof taken === 'string') return taken;
  stopTracks(taken);
  return undefined;
}

/**
 * A browser page may sound only after a press on it, so every fresh start of the page shows this one large button.
 * It can be skipped, and the page then keeps saying that it is silent.
 */
export function ArmScreen({ device, line, again, onDone }: { device: Paired; line: LineState; again: boolean; onDone: () => void }) {
  const { t } = useLingui();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState('');

  const go = async () => {
    setBusy(true);
    const sounding = await arm();
    const microphone = await allowMicrophone();
    setBusy(false);
    if (sounding) tryChime();
    if (!sounding) return setFault(t`This browser does not let the page sound. The door will only be shown, not heard.`);
    if (microphone === 'insecure') return setFault(t`The microphone needs a secure page (https). Ask the installer for the station's certificate, then open the https address.`);
    if (microphone === 'missing') return setFault(t`No microphone was found. You will see and hear the visitor, but cannot speak.`);
    if (microphone === 'busy') return setFault(t`The microphone could not be used. Another program may hold it; close that, then try again.`);
    if (microphone === 'refused') return setFault(t`The microphone was refused. Allow it for this page in the browser's site settings, then try again.`);
    try {
      localStorage.setItem(KEY, 'yes');
    } catch {
      // Only the wording of the next start depends on it.
    }
    onDone();
  };

  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="hairline grid w-full max-w-md gap-5 rounded-2xl bg-surface p-6 shadow-float sm:p-8">
        <div className="flex items-center justify-between gap-4">
          <Brand />
          <LineStatus line={line} />
        </div>
        <div>
          <h1 className="text-2xl font-semibold tracking-tight">
            {again ? <Trans>Switch the bell on</Trans> : <Trans>Let this device ring</Trans>}
          </h1>
          <p className="mt-2 text-soft">
            {device.room ? <Trans>Monitor of room {device.room} at {device.station.name}.</Trans> : <Trans>Monitor at {device.station.name}.</Trans>}{' '}
            <Trans>Browsers keep pages silent until they are pressed once.</Trans>
          </p>
        </div>
        <Button tone="primary" size="large" icon={BellRing} busy={busy} onClick={go} className="min-h-16! text-lg!">
          {again ? <Trans>Switch on</Trans> : <Trans>Allow microphone and bell</Trans>}
        </Button>
        {fault && (
          <Note
            kind="warning"
            action={
              <Button size="small" onClick={onDone}>
                <Trans>Go on anyway</Trans>
              </Button>
            }
          >
            {fault}
          </Note>
        )}
        <ul className="grid gap-3 text-sm text-soft">
          <li className="flex gap-3">
            <Bell aria-hidden className="mt-0.5 size-4 shrink-0" />
            <Trans>You will hear one chime when the bell is on.</Trans>
          </li>
          <li className="flex gap-3">
            <Mic aria-hidden className="mt-0.5 size-4 shrink-0" />
            <Trans>The microphone is used only while you answer the door.</Trans>
          </li>
          <li className="flex gap-3">
            <ShieldAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-ringing" />
            <Trans>A locked phone puts this page to sleep, and it cannot ring then. Keep the page open and the screen on, for example on a tablet at the wall, or use a SIP phone app.</Trans>
          </li>
        </ul>
        <Button tone="ghost" size="small" onClick={onDone}>
          <Trans>Go on without sound</Trans>
        </Button>
      </div>
    </main>
  );
}
