import {
  Bell,
  Check,
  CircleAlert,
  DoorOpen,
  Info,
  LoaderCircle,
  Lock as LockIcon,
  type LucideIcon,
  Phone,
  TriangleAlert,
  Wifi,
  WifiOff,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx';

export type Tone = 'neutral' | 'accent' | 'ringing' | 'talking' | 'open' | 'alarm';

const TONES: Record<Tone, string> = {
  neutral: 'bg-sunken text-soft',
  accent: 'bg-accent-wash text-accent',
  ringing: 'bg-ringing-wash text-ringing',
  talking: 'bg-talking-wash text-talking',
  open: 'bg-open-wash text-open',
  alarm: 'bg-alarm-wash text-alarm',
};

export const StateIcons = {
  ringing: Bell,
  talking: Phone,
  open: DoorOpen,
  locked: LockIcon,
  alarm: TriangleAlert,
  online: Wifi,
  offline: WifiOff,
  ok: Check,
  busy: LoaderCircle,
} satisfies Record<string, LucideIcon>;

/** A state: always a colour, a symbol and a word together. */
export function Status({ tone = 'neutral', icon: Icon, children, className }: { tone?: Tone; icon?: LucideIcon; children: ReactNode; className?: string }) {
  return (
    <span className={cx('inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-xs font-medium whitespace-nowrap', TONES[tone], className)}>
      {Icon && <Icon aria-hidden className="size-3.5 shrink-0" />}
      {children}
    </span>
  );
}

const NOTES = {
  info: { icon: Info, look: 'border-line bg-surface text-ink' },
  good: { icon: Check, look: 'border-open/40 bg-open-wash text-ink' },
  warning: { icon: TriangleAlert, look: 'border-ringing/40 bg-ringing-wash text-ink' },
  error: { icon: CircleAlert, look: 'border-alarm/40 bg-alarm-wash text-ink' },
} as const;
const NOTE_INK = { info: 'text-accent', good: 'text-open', warning: 'text-ringing', error: 'text-alarm' } as const;

/** A sentence set apart; errors are announced at once. */
export function Note({ kind = 'info', title, action, children }: { kind?: keyof typeof NOTES; title?: ReactNode; action?: ReactNode; children?: ReactNode }) {
  const { icon: Icon, look } = NOTES[kind];
  return (
    <div role={kind === 'error' ? 'alert' : undefined} className={cx('flex flex-wrap items-start gap-x-3 gap-y-2 rounded-xl border p-3 text-sm', look)}>
      <Icon aria-hidden className={cx('mt-0.5 size-4 shrink-0', NOTE_INK[kind])} />
      <div className="min-w-0 flex-1 basis-52">
        {title && <p className="font-medium">{title}</p>}
        {children && <div className="text-pretty">{children}</div>}
      </div>
      {action}
    </div>
  );
}

/** What a page could not be told, above what it shows all the same. */
export function Fault({ error }: { error: Error | null | false }) {
  if (!error) return null;
  return (
    <div className="mb-4">
      <Note kind="error">{error.message}</Note>
    </div>
  );
}
