import { Trans, useLingui } from '@lingui/react/macro';
import { LoaderCircle, WifiOff } from 'lucide-react';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { events } from '@/api/events';
import { useStationState } from '@/api/hooks';
import type { Paired } from '@/api/types';
import { FakeClient } from '@/calls/FakeClient';
import { JsSipClient } from '@/calls/JsSipClient';
import { Phone } from '@/calls/store';
import { PairScreen } from '@/shared/PairScreen';
import { forgetDevice, keptDevice, useAdmission, usePairingLink } from '@/shared/device';
import { Button } from '@/ui/Button';
import { ArmScreen, wasArmed } from './ArmScreen';
import { CallScreen } from './CallScreen';
import { Home } from './Home';

declare global {
  interface Window {
    /** Only in the mock build: lets a test play the visitor. */
    lintelFake?: FakeClient;
  }
}

function newPhone(device: Paired): Phone {
  if (import.meta.env.MODE !== 'mock') return new Phone(new JsSipClient(device.sip ?? { uri: '', user: device.account, password: device.password, domain: '', ws_path: '/sip' }));
  window.lintelFake = new FakeClient();
  return new Phone(window.lintelFake);
}

export function Monitor() {
  const { t } = useLingui();
  const [device, setDevice] = useState(() => keptDevice('monitor'));
  const [notice, setNotice] = useState('');
  const [pairing, setPairing] = usePairingLink();
  const paired = (fresh: Paired) => {
    setPairing(false);
    setDevice(fresh);
  };
  const unpair = (why = '') => {
    forgetDevice('monitor');
    setNotice(why);
    setDevice(null);
  };
  // A scanned code always wins: a device may be paired anew with another room.
  if (!device || pairing) return <PairScreen kind="monitor" notice={notice} onPaired={paired} onBack={device ? () => setPairing(false) : undefined} />;
  return <PairedMonitor key={device.account} device={device} onUnpair={() => unpair()} onRevoked={() => unpair(t`This device's pairing was removed at the station. Pair it again to go on.`)} />;
}

function PairedMonitor({ device: kept, onUnpair, onRevoked }: { device: Paired; onUnpair: () => void; onRevoked: () => void }) {
  const { admission, session, again } = useAdmission(kept);
  const phone = useMemo(() => newPhone(kept), [kept]);
  // The station may have another name and number now than when this device was paired.
  const station = useStationState(admission === 'in').data?.station;
  const device = station ? { ...kept, station } : kept;
  const state = useSyncExternalStore(phone.watch, phone.get);
  const [armed, setArmed] = useState(false);

  // The telephone's connection needs the session, so it begins with the first login. A later loss of the session may
  // end that connection: it is made anew, and a call that talks goes on meanwhile.
  const [entered, setEntered] = useState(false);
  useEffect(() => {
    if (admission !== 'in') return;
    setEntered(true);
    phone.wake();
  }, [admission, session, phone]);

  useEffect(() => {
    if (!entered) return;
    phone.start();
    const wake = () => document.visibilityState === 'visible' && phone.wake();
    document.addEventListener('visibilitychange', wake);
    return () => {
      document.removeEventListener('visibilitychange', wake);
      phone.stop();
    };
  }, [entered, phone]);

  useEffect(() => {
    if (admission !== 'in') return;
    events.start();
    return () => events.stop();
  }, [admission, session]); // a new session means that the stream of the old one is over

  if (admission === 'revoked') return <Revoked onPairAgain={onRevoked} onTryAgain={again} />;
  if (state.call.phase !== 'idle') return <CallScreen phone={phone} state={state} device={device} />;
  if (!armed) return <ArmScreen device={device} line={state.line} again={wasArmed()} onDone={() => setArmed(true)} />;
  if (admission === 'entering') return <Waiting />;
  return <Home device={device} phone={phone} state={state} stationAnswers={admission === 'in'} onUnpair={onUnpair} />;
}

function Waiting() {
  return (
    <main className="grid min-h-dvh place-content-center justify-items-center gap-3 p-6 text-soft" aria-busy>
      <LoaderCircle aria-hidden className="size-8 animate-spin" />
      <p role="status">
        <Trans>Logging in to the station…</Trans>
      </p>
    </main>
  );
}

function Revoked({ onPairAgain, onTryAgain }: { onPairAgain: () => void; onTryAgain: () => void }) {
  return (
    <main className="grid min-h-dvh place-content-center justify-items-center gap-4 p-6 text-center">
      <WifiOff aria-hidden className="size-10 text-alarm" />
      <h1 className="text-xl font-semibold">
        <Trans>The station no longer knows this device</Trans>
      </h1>
      <p className="max-w-md text-soft">
        <Trans>Its pairing was removed in the console, or the station was reset. It cannot ring here until it is paired again.</Trans>
      </p>
      <div className="flex flex-wrap justify-center gap-2">
        <Button onClick={onTryAgain}>
          <Trans>Try again</Trans>
        </Button>
        <Button tone="primary" onClick={onPairAgain}>
          <Trans>Pair again</Trans>
        </Button>
      </div>
    </main>
  );
}
