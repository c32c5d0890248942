import { Trans, useLingui } from '@lingui/react/macro';
import { BellRing, CircleAlert, DoorOpen, Hash, type LucideIcon, MessageCircle, Nfc, PhoneCall, Timer } from 'lucide-react';
import type { PanelState } from '@/api/types';
import { countdown } from '@/i18n/format';
import { useSecondsUntil } from '@/shared/countdown';
import { cx } from '@/ui/cx';
import { panelWords } from './words';

const LOOKS: Record<PanelState['display']['kind'], { icon: LucideIcon; look: string }> = {
  idle: { icon: MessageCircle, look: 'text-white' },
  dialling: { icon: Hash, look: 'text-white' },
  calling: { icon: BellRing, look: 'text-[#f2b95b]' },
  talking: { icon: PhoneCall, look: 'text-[#8db9f5]' },
  message: { icon: MessageCircle, look: 'text-white' },
  error: { icon: CircleAlert, look: 'text-[#ff9a91]' },
};

/** What the station says to the visitor: large words with a symbol, read out as they change. */
export function Display({ state, refusal }: { state?: PanelState; refusal: string }) {
  const { i18n } = useLingui();
  const open = state?.lights.unlock;
  const { icon, look } = LOOKS[refusal ? 'error' : (state?.display.kind ?? 'idle')] ?? LOOKS.message;
  const awaited = state?.display.kind === 'message' && state.reader?.light === 'awaiting';
  const Icon = open && !refusal ? DoorOpen : awaited ? Nfc : icon;
  const wait = useSecondsUntil(state?.locked_until);
  const lines = refusal ? [refusal] : (state?.display.lines ?? []).map((line) => panelWords(i18n, line)).filter(Boolean);
  return (
    <div className="grid min-h-[clamp(6.5rem,17dvh,11rem)] content-center lg:min-h-72 gap-2 rounded-3xl bg-[#14191c] p-4 sm:p-6 ring-1 ring-white/10" aria-live="assertive" aria-atomic role="status" data-testid="panel-display">
      <div className={cx('flex items-center gap-4', open && !refusal ? 'text-[#74d196]' : look)}>
        <Icon aria-hidden className="size-10 shrink-0" />
        <div className="min-w-0">
          {lines.length ? (
            lines.map((line, index) => (
              <p key={index} className={index ? 'text-lg text-white/85' : 'text-3xl font-semibold tracking-tight text-balance'}>
                {line}
              </p>
            ))
          ) : (
            <p className="text-3xl font-semibold tracking-tight text-balance">{open ? <Trans>The door is open</Trans> : <Trans>Dial a room, then press call</Trans>}</p>
          )}
        </div>
      </div>
      {state?.input && <p className="pl-14 font-mono text-4xl tracking-[0.25em] break-all tabular-nums">{state.input}</p>}
      {wait > 0 && (
        <p className="flex items-center gap-2 pl-14 text-lg text-[#f2b95b]">
          <Timer aria-hidden className="size-5" />
          <Trans>The keypad opens again in {countdown(wait)}</Trans>
        </p>
      )}
    </div>
  );
}
