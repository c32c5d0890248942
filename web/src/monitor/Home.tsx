import { Trans, useLingui } from '@lingui/react/macro';
import { BellOff, BellRing, Eye, Moon, Settings2, Square } from 'lucide-react';
import { useState, useSyncExternalStore } from 'react';
import { useLink, useLocksOf } from '@/api/hooks';
import type { Paired } from '@/api/types';
import type { Phone, PhoneState } from '@/calls/store';
import { LiveView } from '@/media/LiveView';
import { arm, audible, tryChime, watchAudible } from '@/media/ringer';
import { LockStatus, isOpen, useUnlock } from '@/shared/doors';
import { Brand } from '@/ui/Brand';
import { Button, IconButton } from '@/ui/Button';
import { Card } from '@/ui/Layout';
import { Note } from '@/ui/Status';
import { DeviceDialog } from './DeviceDialog';
import { RoomJournal } from './RoomJournal';
import { LineStatus } from './line';

interface HomeProps {
  device: Paired;
  phone: Phone;
  state: PhoneState;
  stationAnswers: boolean;
  onUnpair: () => void;
}

/** A monitor at rest: what is at the door when asked, who rang meanwhile, and whether it would ring now. */
export function Home({ device, state, stationAnswers, onUnpair }: HomeProps) {
  const { t } = useLingui();
  const link = useLink();
  const sounding = useSyncExternalStore(watchAudible, audible);
  const [watching, setWatching] = useState(false);
  const [deviceOpen, setDeviceOpen] = useState(false);
  return (
    <div className="mx-auto grid w-full max-w-5xl gap-4 p-4 pb-10">
      <header className="flex flex-wrap items-center justify-between gap-3">
        <Brand />
        <div className="flex items-center gap-2">
          <LineStatus line={state.line} reason={state.lineReason} />
          <IconButton icon={Settings2} label={t`This device`} onClick={() => setDeviceOpen(true)} />
        </div>
      </header>
      <main className="grid gap-4">
        <h1 className="sr-only">
          <Trans>Monitor of room {device.room ?? ''}</Trans>
        </h1>
        {!sounding && (
          <Note
            kind="warning"
            title={t`This page cannot ring`}
            action={
              <Button tone="primary" size="small" icon={BellRing} onClick={async () => (await arm()) && tryChime()}>
                <Trans>Switch the bell on</Trans>
              </Button>
            }
          >
            <Trans>The browser keeps it silent until you press the button.</Trans>
          </Note>
        )}
        {(!stationAnswers || link === 'reconnecting' || state.line === 'reconnecting') && (
          <div role="status">
            <Note kind="warning" title={t`The station does not answer`}>
              <Trans>This monitor cannot ring until it is back. It tries again by itself, and then catches up with what happened meanwhile.</Trans>
            </Note>
          </div>
        )}
        {state.line === 'refused' && (
          <Note kind="error" title={t`The station refused this monitor's account`}>
            <Trans>Its pairing may have been removed at the station. Unpair it under “This device”, then pair it again.</Trans>
          </Note>
        )}
        <section className="relative overflow-hidden rounded-2xl bg-black" aria-label={t`Live view`}>
          {watching ? (
            <>
              <LiveView stream="main" audio muted={false} />
              <Button icon={Square} size="small" className="absolute bottom-3 left-3" onClick={() => setWatching(false)}>
                <Trans>Stop watching</Trans>
              </Button>
            </>
          ) : (
            <div className="grid aspect-video max-h-96 w-full place-content-center justify-items-center gap-4 bg-[#14191c] p-6 text-center text-white">
              <div>
                <p className="text-2xl font-semibold tracking-tight">{device.station.name}</p>
                <p className="text-sm text-white/80">{device.room ? <Trans>Monitor of room {device.room}</Trans> : <Trans>Monitor</Trans>}</p>
              </div>
              <Button tone="primary" size="large" icon={Eye} disabled={!stationAnswers} onClick={() => setWatching(true)}>
                <Trans>Look at the door</Trans>
              </Button>
            </div>
          )}
        </section>
        <Doors account={device.account} />
        <div className="grid gap-4 md:grid-cols-2">
          <RoomJournal room={device.room} missed />
          <RoomJournal room={device.room} />
        </div>
        <p className="flex items-start gap-2 text-sm text-soft">
          {sounding ? <Moon aria-hidden className="mt-0.5 size-4 shrink-0" /> : <BellOff aria-hidden className="mt-0.5 size-4 shrink-0" />}
          <Trans>A locked phone puts this page to sleep and it cannot ring then. Keep it open with the screen on, or use a SIP phone app.</Trans>
        </p>
      </main>
      {deviceOpen && <DeviceDialog device={device} onUnpair={onUnpair} onClose={() => setDeviceOpen(false)} />}
    </div>
  );
}

function Doors({ account }: { account: string }) {
  const { t } = useLingui();
  const items = useLocksOf(account);
  const unlocking = useUnlock();
  if (!items?.length) return null;
  return (
    <Card title={t`Doors`} bodyClassName="p-0!">
      <ul className="divide-y divide-line">
        {items.map((lock) => (
          <li key={lock.number} className="flex items-center gap-3 px-4 py-2.5">
            <span className="min-w-24 flex-1 font-medium">{lock.name}</span>
            <LockStatus lock={lock} />
            <Button tone={isOpen(lock) ? 'quiet' : 'open'} busy={unlocking.isPending && unlocking.variables === lock.number} onClick={() => unlocking.mutate(lock.number)} aria-label={t`Unlock ${lock.name}`}>
              <Trans>Unlock</Trans>
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

