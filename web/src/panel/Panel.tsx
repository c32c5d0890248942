import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { events } from '@/api/events';
import { useStationState } from '@/api/hooks';
import type { Paired } from '@/api/types';
import { PairScreen } from '@/shared/PairScreen';
import { forgetDevice, keptDevice, useAdmission, usePairingLink } from '@/shared/device';
import { Button } from '@/ui/Button';
import { Front } from './Front';

export function Panel() {
  const { t } = useLingui();
  const [device, setDevice] = useState(() => keptDevice('panel'));
  const [notice, setNotice] = useState('');
  const state = useStationState(!device);
  // The admin, logged in at the console in this browser, may drive the front without pairing it.
  const admin = !device && state.data?.session?.role === 'admin';
  const [pairing, setPairing] = usePairingLink();
  const paired = (fresh: Paired) => {
    setPairing(false);
    setDevice(fresh);
  };
  if (!pairing && device)
    return (
      <PairedPanel
        key={device.account}
        device={device}
        onRevoked={() => {
          forgetDevice('panel');
          setNotice(t`This device's pairing was removed at the station. Pair it again to go on.`);
          setDevice(null);
        }}
      />
    );
  if (!pairing && admin) return <Front station={state.data?.station ?? { name: '', number: '' }} answers plays />;
  if (!pairing && state.isPending) return <main className="min-h-dvh bg-[#0b0e10]" aria-busy />;
  return <PairScreen kind="panel" notice={notice} onPaired={paired} onBack={device ? () => setPairing(false) : undefined} />;
}

function PairedPanel({ device, onRevoked }: { device: Paired; onRevoked: () => void }) {
  const { admission, session, again } = useAdmission(device);
  useEffect(() => {
    if (admission !== 'in') return;
    events.start();
    return () => events.stop();
  }, [admission, session]); // a new session means that the stream of the old one is over
  if (admission === 'revoked')
    return (
      <main className="grid min-h-dvh place-content-center justify-items-center gap-4 p-6 text-center">
        <h1 className="text-xl font-semibold">
          <Trans>The station no longer knows this panel</Trans>
        </h1>
        <div className="flex gap-2">
          <Button onClick={again}>
            <Trans>Try again</Trans>
          </Button>
          <Button tone="primary" onClick={onRevoked}>
            <Trans>Pair again</Trans>
          </Button>
        </div>
      </main>
    );
  return <Front station={device.station} answers={admission === 'in'} />;
}
