import { Trans, useLingui } from '@lingui/react/macro';
import { BellRing, PhoneCall, PhoneOff, Volume2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useLocksOf } from '@/api/hooks';
import type { Lock, Paired } from '@/api/types';
import type { EndCause } from '@/calls/CallClient';
import type { Phone, PhoneState } from '@/calls/store';
import { LiveView } from '@/media/LiveView';
import type { DeviceFault } from '@/media/devices';
import { ring, silence } from '@/media/ringer';
import { useRemoteSound } from '@/media/sound';
import { useWakeLock } from '@/media/wakeLock';
import { useUnlock } from '@/shared/doors';
import { Button } from '@/ui/Button';
import { Note } from '@/ui/Status';
import { hush } from '@/ui/Toasts';
import { EndedScreen } from './EndedScreen';
import { InCall, Timer } from './InCall';
import { BigButton, UnlockButtons } from './UnlockButtons';

/** The whole screen while somebody is at the door: the picture first, then who and where, then three large buttons. */
export function CallScreen({ phone, state, device }: { phone: Phone; state: PhoneState; device: Paired }) {
  const { t } = useLingui();
  const { phase, call, cause, fault } = state.call;
  const locks = useLocksOf(device.account);
  // A refusal stands with the rest that is said here: elsewhere it would cover the buttons.
  const unlocking = useUnlock(() => undefined);
  const sound = useRemoteSound(state.remote);
  const [asked, setAsked] = useState<number | null>(null);
  const lock = locks?.find((one) => one.number === asked);
  const ringing = phase === 'ringing';
  useWakeLock(phase !== 'ended');
  useEffect(hush, []);

  useEffect(() => {
    if (!ringing) return;
    ring();
    return silence;
  }, [ringing]);

  const caller = call?.name || (call?.from === device.station.number || !call?.from ? device.station.name : call.from);
  const announce = ringing ? t`Somebody is at the door: ${caller}` : phase === 'talking' ? t`Talking with ${caller}` : phase === 'answering' ? t`Answering…` : '';
  useEffect(() => {
    const before = document.title;
    // Also a page in the background shows in its tab that somebody rings.
    if (announce) document.title = announce;
    return () => {
      document.title = before;
    };
  }, [announce]);
  const answer = () => {
    sound.play();
    void phone.answer();
  };
  const open = (lock: Lock) => unlocking.mutate(lock.number, { onSuccess: () => setAsked(lock.number) });

  if (phase === 'ended') return <EndedScreen cause={cause as EndCause} reason={fault} onClose={phone.dismiss} />;
  return (
    <main data-phase={phase} className="fixed inset-0 z-40 flex flex-col bg-black text-white landscape:max-lg:flex-row">
      <p role="alert" className="sr-only">
        {announce}
      </p>
      <div className="relative min-h-0 min-w-0 flex-1">
        <Picture remote={phase === 'talking' ? state.remote : null} />
        <audio ref={sound.element} id="lintel-remote-sound" autoPlay className="hidden" />
        <div className="pointer-events-none absolute inset-x-0 top-0 bg-linear-to-b from-black/80 to-transparent p-4 pb-16 pl-[max(1rem,env(safe-area-inset-left))]">
          <p className="flex items-center gap-2 text-sm font-medium">
            {phase === 'talking' ? (
              <>
                <PhoneCall aria-hidden className="size-4 text-[#8db9f5]" />
                <Trans>Talking</Trans> <Timer since={state.call.answeredAt} />
              </>
            ) : (
              <>
                <BellRing aria-hidden className="ring-pulse size-4 text-[#f2b95b]" />
                {phase === 'answering' ? <Trans>Answering…</Trans> : <Trans>Ringing</Trans>}
              </>
            )}
          </p>
          <h1 className="mt-1 text-3xl font-semibold tracking-tight text-balance sm:text-4xl">{caller}</h1>
          <p className="text-white/90">
            {device.room ? <Trans>{device.station.name} calls room {device.room}</Trans> : device.station.name}
          </p>
        </div>
      </div>
      <div className="grid content-end gap-3 bg-black p-4 pb-[max(1rem,env(safe-area-inset-bottom))] landscape:max-lg:w-80 landscape:max-lg:content-center-safe landscape:max-lg:overflow-y-auto">
        {state.line === 'reconnecting' && (
          <div role="status">
            <Note kind="warning">{t`The connection to the station was lost.`}</Note>
          </div>
        )}
        {state.call.unheard && phase === 'talking' && <Unheard why={state.call.unheard} />}
        {sound.refused && <Unsounding onPlay={sound.play} />}
        {fault && <Note kind="error">{fault}</Note>}
        {unlocking.error && <Note kind="error">{unlocking.error.message}</Note>}
        {lock?.state === 'jammed' && (
          <div role="alert">
            <Note kind="warning">{`${lock.name}: ${t`Jammed`}`}</Note>
          </div>
        )}
        {lock?.state === 'unlocked' && (
          <p role="status" className="text-center text-sm font-medium text-[#74d196]">
            <Trans>{lock.name} is open</Trans>
          </p>
        )}
        {phase === 'talking' ? (
          <InCall phone={phone} state={state} locks={locks} onUnlock={open} unlocking={unlocking.isPending} />
        ) : (
          <div className="mx-auto grid w-full max-w-5xl grid-cols-1 gap-3 sm:grid-cols-[1fr_1.3fr_1fr] landscape:max-lg:grid-cols-1">
            <AnswerButton onAnswer={answer} busy={phase === 'answering'} />
            <UnlockButtons locks={locks} onUnlock={open} busy={unlocking.isPending} />
            <BigButton tone="alarm" icon={PhoneOff} onClick={phone.decline}>
              <Trans>Decline</Trans>
            </BigButton>
          </div>
        )}
      </div>
    </main>
  );
}

/** The visitor speaks into silence without knowing it: the resident must know, and why. */
function Unheard({ why }: { why: DeviceFault }) {
  const { t } = useLingui();
  const words = {
    insecure: t`The microphone needs a secure page (https). Ask the installer for the station's certificate, then open the https address.`,
    missing: t`No microphone was found. Connect one before the next call.`,
    refused: t`The microphone is refused. Allow it for this page in the browser's site settings before the next call.`,
    busy: t`The microphone could not be used. Another program may hold it; close that before the next call.`,
  };
  return (
    <div role="alert">
      <Note kind="warning" title={t`The visitor cannot hear you`}>
        {words[why]}
      </Note>
    </div>
  );
}

function Unsounding({ onPlay }: { onPlay: () => void }) {
  const { t } = useLingui();
  return (
    <div role="alert">
      <Note
        kind="warning"
        title={t`You cannot hear the visitor yet`}
        action={
          <Button size="small" icon={Volume2} onClick={onPlay}>
            <Trans>Sound on</Trans>
          </Button>
        }
      >
        <Trans>The browser lets the sound begin only when you press the button.</Trans>
      </Note>
    </div>
  );
}

function AnswerButton({ onAnswer, busy }: { onAnswer: () => void; busy: boolean }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus({ preventScroll: true }), []);
  return (
    <BigButton ref={button} tone="talking" icon={PhoneCall} onClick={onAnswer} busy={busy}>
      <Trans>Answer</Trans>
    </BigButton>
  );
}

/** The call's own picture once it flows; until then, and before the answer, the live view of the station. */
function Picture({ remote }: { remote: MediaStream | null }) {
  const { t } = useLingui();
  const video = useRef<HTMLVideoElement>(null);
  const [flows, setFlows] = useState(false);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.srcObject = remote;
    if (remote) void element.play().catch(() => undefined);
    else setFlows(false);
  }, [remote]);
  return (
    <>
      {!flows && (
        <div className="absolute inset-0">
          <LiveView fill controls={false} stream="main" label={t`Live picture of the visitor`} />
        </div>
      )}
      <video
        ref={video}
        autoPlay
        playsInline
        muted
        aria-label={t`Picture of the visitor in the call`}
        onPlaying={() => setFlows((video.current?.videoWidth ?? 0) > 0)}
        onResize={() => setFlows((video.current?.videoWidth ?? 0) > 0)}
        className={flows ? 'absolute inset-0 size-full object-contain' : 'sr-only'}
      />
    </>
  );
}
