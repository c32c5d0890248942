import { useLingui } from '@lingui/react/macro';
import { BellRing, DoorOpen, type LucideIcon, PhoneCall } from 'lucide-react';
import type { PanelState } from '@/api/types';
import { cx } from '@/ui/cx';

/** The three indicator lights: each with colour, symbol and word, so that none depends on seeing colours. */
export function Lights({ lights }: { lights?: PanelState['lights'] }) {
  const { t } = useLingui();
  const all: { id: keyof PanelState['lights']; icon: LucideIcon; word: string; look: string }[] = [
    { id: 'call', icon: BellRing, word: t`Calling`, look: 'bg-[#f2b95b] text-[#2b1c00]' },
    { id: 'talk', icon: PhoneCall, word: t`Talking`, look: 'bg-[#8db9f5] text-[#0a1e3a]' },
    { id: 'unlock', icon: DoorOpen, word: t`Open`, look: 'bg-[#74d196] text-[#06250f]' },
  ];
  return (
    <ul className="grid grid-cols-3 gap-3" aria-label={t`Indicator lights`}>
      {all.map(({ id, icon: Icon, word, look }) => {
        const on = !!lights?.[id];
        return (
          <li key={id} data-light={id} data-on={on} className={cx('flex min-h-14 items-center justify-center gap-1.5 rounded-2xl px-1 text-center text-sm leading-tight font-semibold sm:gap-2 sm:text-base', on ? look : 'text-white/65 ring-1 ring-white/15')}>
            <Icon aria-hidden className="size-5 shrink-0" />
            {word}
            <span className="sr-only">{on ? t`on` : t`off`}</span>
          </li>
        );
      })}
    </ul>
  );
}
