import { Trans, useLingui } from '@lingui/react/macro';
import { PhoneCall, PhoneOff } from 'lucide-react';
import type { PanelKey } from '@/api/types';

const KEYS: PanelKey[] = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

export function Keypad({ onKey, inCall, locked }: { onKey: (key: PanelKey) => void; inCall: boolean; locked: boolean }) {
  const { t } = useLingui();
  return (
    <div className="grid gap-2 sm:gap-3" role="group" aria-label={t`Keypad`}>
      <div className="grid grid-cols-3 gap-2 sm:gap-3">
        {KEYS.map((key) => (
          <button
            key={key}
            type="button"
            data-key={key}
            aria-label={key === '*' ? t`Star` : key === '#' ? t`Hash` : undefined}
            aria-disabled={locked || undefined}
            onClick={() => onKey(key)}
            className="min-h-[clamp(3.25rem,7.8dvh,5.5rem)] rounded-2xl bg-[#1d2327] text-3xl font-semibold tabular-nums select-none hover:bg-[#2a3136] focus-visible:outline-white active:bg-[#5ec4c8] active:text-[#06282a] aria-disabled:opacity-50"
          >
            {key}
          </button>
        ))}
      </div>
      <div className="grid grid-cols-2 gap-2 sm:gap-3">
        <button type="button" data-key="call" onClick={() => onKey('call')} className="flex min-h-[clamp(3.5rem,8.6dvh,5rem)] items-center justify-center gap-3 rounded-2xl bg-[#1a6e3c] text-xl sm:text-2xl font-semibold hover:bg-[#208048] focus-visible:outline-white">
          <PhoneCall aria-hidden className="size-7" />
          <Trans>Call</Trans>
        </button>
        <button type="button" data-key="hangup" onClick={() => onKey('hangup')} className="flex min-h-[clamp(3.5rem,8.6dvh,5rem)] items-center justify-center gap-3 rounded-2xl bg-[#b3261e] text-xl sm:text-2xl font-semibold hover:bg-[#c8362d] focus-visible:outline-white">
          <PhoneOff aria-hidden className="size-7" />
          {inCall ? <Trans>Hang up</Trans> : <Trans>Clear</Trans>}
        </button>
      </div>
    </div>
  );
}
