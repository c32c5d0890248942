import { Trans, useLingui } from '@lingui/react/macro';
import { Grid3x3, type LucideIcon, Mic, MicOff, PhoneOff, Video, VideoOff, Volume2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Lock } from '@/api/types';
import type { Phone, PhoneState } from '@/calls/store';
import { countdown } from '@/i18n/format';
import { cx } from '@/ui/cx';
import { BigButton, UnlockButtons } from './UnlockButtons';

export function Timer({ since }: { since: number | null }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return <span className="tabular-nums">{countdown(Math.max(0, Math.floor((now - (since ?? now)) / 1_000)))}</span>;
}

interface InCallProps {
  phone: Phone;
  state: PhoneState;
  locks: Lock[] | undefined;
  onUnlock: (lock: Lock) => void;
  unlocking: boolean;
}

export function InCall({ phone, state, locks, onUnlock, unlocking }: InCallProps) {
  const { t } = useLingui();
  const [keypad, setKeypad] = useState(false);
  const [volume, setVolume] = useState(100);
  const { muted, camera, unheard } = state.call;
  useEffect(() => {
    const sound = document.getElementById('lintel-remote-sound') as HTMLAudioElement | null;
    if (sound) sound.volume = volume / 100;
  }, [volume]);
  return (
    <div className="mx-auto grid w-full max-w-3xl gap-3">
      {keypad && <Keypad onDigit={phone.dtmf} />}
      <div className="flex flex-wrap items-center justify-center gap-2">
        {!unheard && <Toggle icon={muted ? MicOff : Mic} on={muted} label={muted ? t`Microphone off` : t`Mute`} onClick={() => phone.mute(!muted)} />}
        <Toggle icon={camera ? Video : VideoOff} on={camera} label={camera ? t`My camera is on` : t`My camera`} onClick={() => void phone.camera(!camera)} />
        <Toggle icon={Grid3x3} on={keypad} label={t`Keypad`} onClick={() => setKeypad(!keypad)} />
        <label className="flex min-h-12 items-center gap-2 rounded-full bg-[#2a3136] px-4">
          <Volume2 aria-hidden className="size-5" />
          <span className="sr-only">
            <Trans>Loudness of the visitor</Trans>
          </span>
          <input type="range" min={0} max={100} step={5} value={volume} onChange={(event) => setVolume(Number(event.target.value))} className="w-24 accent-white" />
        </label>
      </div>
      <div className="grid grid-cols-1 gap-3 sm:grid-cols-2 landscape:max-lg:grid-cols-1">
        <UnlockButtons locks={locks} onUnlock={onUnlock} busy={unlocking} />
        <BigButton tone="alarm" icon={PhoneOff} onClick={phone.hangUp}>
          <Trans>Hang up</Trans>
        </BigButton>
      </div>
    </div>
  );
}

function Toggle({ icon: Icon, on, label, onClick }: { icon: LucideIcon; on: boolean; label: string; onClick: () => void }) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={onClick}
      className={cx(
        'flex min-h-12 items-center gap-2 rounded-full px-4 text-sm font-medium focus-visible:outline-white',
        on ? 'bg-white text-black' : 'bg-[#2a3136] text-white hover:bg-[#39424a]',
      )}
    >
      <Icon aria-hidden className="size-5" />
      {label}
    </button>
  );
}

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

function Keypad({ onDigit }: { onDigit: (digit: string) => void }) {
  const { t } = useLingui();
  return (
    <div role="group" aria-label={t`Keypad`} className="mx-auto grid w-full max-w-64 grid-cols-3 gap-2">
      {DIGITS.map((digit) => (
        <button key={digit} type="button" onClick={() => onDigit(digit)} className="min-h-12 rounded-xl bg-[#2a3136] text-lg font-semibold hover:bg-[#39424a] focus-visible:outline-white">
          {digit}
        </button>
      ))}
    </div>
  );
}
