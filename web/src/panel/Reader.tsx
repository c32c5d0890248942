import { Trans, useLingui } from '@lingui/react/macro';
import { Check, type LucideIcon, Nfc, X } from 'lucide-react';
import type { PanelState } from '@/api/types';
import { countdown } from '@/i18n/format';
import { useSecondsUntil } from '@/shared/countdown';
import { cx } from '@/ui/cx';

type Light = NonNullable<PanelState['reader']>['light'];

const LOOKS: Record<Light, { icon: LucideIcon; ring: string; ink: string }> = {
  ready: { icon: Nfc, ring: 'ring-white/35', ink: 'text-white' },
  awaiting: { icon: Nfc, ring: 'ring-[#8db9f5] ring-pulse', ink: 'text-[#8db9f5]' },
  accepted: { icon: Check, ring: 'ring-[#74d196]', ink: 'text-[#74d196]' },
  refused: { icon: X, ring: 'ring-[#ff9a91]', ink: 'text-[#ff9a91]' },
};

/** The card reader: a ring of light with a symbol and a word, so that none depends on seeing colours. */
export function Reader({ reader }: { reader?: PanelState['reader'] }) {
  const { t } = useLingui();
  const light = reader?.light ?? 'ready';
  const { icon: Icon, ring, ink } = LOOKS[light] ?? LOOKS.ready;
  const wait = useSecondsUntil(reader?.awaits_until);
  return (
    <div role="group" aria-label={t`Card reader`} data-reader={light} className="flex min-h-[clamp(3.25rem,6.6dvh,5rem)] items-center gap-3 rounded-2xl bg-[#14191c] px-3 py-1.5 sm:gap-4 sm:px-4 ring-1 ring-white/10">
      <span aria-hidden className={cx('grid size-9 shrink-0 place-items-center rounded-full bg-[#0b0e10] ring-4 transition-shadow sm:size-11', ring)}>
        <Icon className={cx('size-5 sm:size-6', ink)} />
      </span>
      <p className={cx('min-w-0 flex-1 text-base leading-tight font-semibold text-balance sm:text-lg', ink)}>
        {light === 'awaiting' ? (
          <Trans>Hold the new card here</Trans>
        ) : light === 'accepted' ? (
          <Trans>Card accepted</Trans>
        ) : light === 'refused' ? (
          <Trans>Card refused</Trans>
        ) : (
          <Trans>Hold your card here</Trans>
        )}
      </p>
      {wait > 0 && <span className="font-mono text-xl text-[#8db9f5] tabular-nums">{countdown(wait)}</span>}
    </div>
  );
}
