import { Trans, useLingui } from '@lingui/react/macro';
import { DoorOpen, LoaderCircle, LockOpen, type LucideIcon } from 'lucide-react';
import type { ButtonHTMLAttributes, Ref } from 'react';
import type { Lock } from '@/api/types';
import { isOpen } from '@/shared/doors';
import { cx } from '@/ui/cx';

const TONES = {
  // White words on these keep AA on the black ground of a call, in light and dark alike.
  talking: 'bg-[#1f5fb4] hover:bg-[#2a6fca]',
  open: 'bg-[#1a6e3c] hover:bg-[#208048]',
  alarm: 'bg-[#b3261e] hover:bg-[#c8362d]',
  plain: 'bg-[#2a3136] hover:bg-[#39424a]',
} as const;

interface BigButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone: keyof typeof TONES;
  icon: LucideIcon;
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

/** Large enough for a thumb in the dark; symbol and word. */
export function BigButton({ tone, icon: Icon, busy, className, children, ...rest }: BigButtonProps) {
  const Shown = busy ? LoaderCircle : Icon;
  return (
    <button
      type="button"
      {...rest}
      aria-busy={busy || undefined}
      className={cx(
        'flex min-h-20 w-full items-center justify-center gap-3 rounded-2xl px-4 text-xl font-semibold text-white transition-colors outline-offset-4 focus-visible:outline-white disabled:opacity-50',
        TONES[tone],
        className,
      )}
    >
      <Shown aria-hidden className={cx('size-7 shrink-0', busy && 'animate-spin')} />
      <span className="min-w-0 text-balance">{children}</span>
    </button>
  );
}

/** The first door large, further doors below it: which one opens is always written on the button. */
export function UnlockButtons({ locks, onUnlock, busy }: { /** Undefined until the station has said which. */ locks: Lock[] | undefined; onUnlock: (lock: Lock) => void; busy: boolean }) {
  const { t } = useLingui();
  const [first, ...others] = locks ?? [{ number: 1, name: '', state: 'locked' as const }];
  if (!first) return null;
  return (
    <div className="flex gap-2" role="group" aria-label={t`Unlock`}>
      <BigButton tone="open" icon={isOpen(first) ? DoorOpen : LockOpen} onClick={() => onUnlock(first)} busy={busy} data-door={first.number}>
        {isOpen(first) ? <Trans>Open</Trans> : <Trans>Unlock</Trans>}
        {first.name && others.length > 0 && <span className="block text-sm font-medium">{first.name}</span>}
      </BigButton>
      {others.map((lock) => (
        <button
          key={lock.number}
          type="button"
          data-door={lock.number}
          onClick={() => onUnlock(lock)}
          aria-label={t`Unlock ${lock.name}`}
          className={cx(
            'grid min-h-20 w-24 shrink-0 content-center justify-items-center gap-1 rounded-2xl p-2 text-sm leading-tight font-medium text-white focus-visible:outline-white',
            isOpen(lock) ? TONES.open : TONES.plain,
          )}
        >
          {isOpen(lock) ? <DoorOpen aria-hidden className="size-6" /> : <LockOpen aria-hidden className="size-6" />}
          <span className="line-clamp-2">{lock.name || lock.number}</span>
        </button>
      ))}
    </div>
  );
}
