import { Trans } from '@lingui/react/macro';
import { useQueryClient } from '@tanstack/react-query';
import { LoaderCircle, WifiOff } from 'lucide-react';
import { Activity, useEffect, useReducer, useRef } from 'react';
import { onSessionLost } from '@/api/client';
import { events } from '@/api/events';
import { stateKey, useStationState } from '@/api/hooks';
import type { State } from '@/api/types';
import { Button } from '@/ui/Button';
import { FirstStart } from './FirstStart';
import { Login } from './Login';
import { Shell } from './Shell';
import { StationStep, stationStepPending } from './StationStep';

/** How long what stands open waits behind the login: passwords that are shown once must not lie in a page that nobody watches. */
export const WAITS_MS = 10 * 60_000;

/** Which of the console's faces is right now: set-up, login or the console itself. */
export function Console() {
  const client = useQueryClient();
  const state = useStationState();
  const session = state.data?.session ?? null;
  const admin = session?.role === 'admin';
  /** Who worked with the console in this page, if anybody did. */
  const entered = useRef('');
  // Whether the second step waits is kept by the tab, and who entered by `entered`; this only looks again.
  const [, stepped] = useReducer((count: number) => count + 1, 0);

  useEffect(
    () =>
      onSessionLost(() => {
        client.setQueryData<State>(stateKey, (old) => old && { ...old, session: null });
      }),
    [client],
  );

  useEffect(() => {
    if (!admin) return;
    events.start();
    return () => events.stop();
  }, [admin]);

  useEffect(() => {
    if (admin) return;
    const timer = setTimeout(() => {
      entered.current = '';
      stepped();
    }, WAITS_MS);
    return () => clearTimeout(timer);
  }, [admin]);

  if (state.isPending) return <Centred icon={<LoaderCircle aria-hidden className="size-8 animate-spin text-soft" />} />;
  if (!state.data)
    return (
      <Centred icon={<WifiOff aria-hidden className="size-10 text-alarm" />}>
        <h1 className="text-xl font-semibold">
          <Trans>The station does not answer</Trans>
        </h1>
        <p className="text-soft">
          <Trans>Is it switched on and on this network?</Trans>
        </p>
        <Button tone="primary" busy={state.isFetching} onClick={() => void state.refetch()}>
          <Trans>Try again</Trans>
        </Button>
      </Centred>
    );
  if (!state.data.initialised) return <FirstStart />;
  if (admin && stationStepPending()) return <StationStep station={state.data.station} onDone={stepped} />;
  if (admin) entered.current = session.account;
  // Where a session ended while somebody worked, what stands open, typed in or shown this once only, waits behind the
  // login, for a while and for the same account. Hidden it sleeps: it listens to nothing and asks for nothing.
  return (
    <>
      {!admin && <Login other={session} />}
      {entered.current && (
        <Activity mode={admin ? 'visible' : 'hidden'}>
          <Shell key={entered.current} station={state.data.station} account={entered.current} version={state.data.version} />
        </Activity>
      )}
    </>
  );
}

function Centred({ icon, children }: { icon: React.ReactNode; children?: React.ReactNode }) {
  return (
    <main className="grid min-h-dvh place-content-center justify-items-center gap-3 p-6 text-center" aria-busy={!children}>
      {icon}
      {children}
    </main>
  );
}
