import { LoaderCircle, type LucideIcon } from 'lucide-react';
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { cx } from './cx';

type Tone = 'primary' | 'quiet' | 'ghost' | 'danger' | 'open';
type Size = 'small' | 'normal' | 'large';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: Tone;
  size?: Size;
  icon?: LucideIcon;
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
  children?: ReactNode;
}

const TONES: Record<Tone, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong',
  quiet: 'hairline bg-surface text-ink hover:bg-sunken',
  ghost: 'text-soft hover:bg-sunken hover:text-ink',
  danger: 'bg-alarm text-on-state hover:opacity-90',
  open: 'bg-open text-on-state hover:opacity-90',
};

const SIZES: Record<Size, string> = {
  small: 'min-h-8 px-3 text-sm gap-1.5 rounded-md',
  normal: 'min-h-10 px-4 text-sm gap-2 rounded-lg',
  large: 'min-h-12 px-5 text-base gap-2 rounded-lg',
};

/** A button that says when it is busy; it stays focusable then, so that the keyboard does not lose its place. */
export function Button({ tone = 'quiet', size = 'normal', icon: Icon, busy, className, children, onClick, type = 'button', ...rest }: ButtonProps) {
  const Shown = busy ? LoaderCircle : Icon;
  return (
    <button
      type={type}
      {...rest}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={cx(
        'inline-flex max-w-full shrink-0 items-center justify-center font-medium select-none transition-colors disabled:opacity-50 disabled:pointer-events-none',
        TONES[tone],
        SIZES[size],
        className,
      )}
    >
      {Shown && <Shown aria-hidden className={cx(size === 'large' ? 'size-5' : 'size-4', 'shrink-0', busy && 'animate-spin')} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
  icon: LucideIcon;
  label: string;
}

/** Only a symbol to see, but a word for everyone else. */
export function IconButton({ icon, label, size = 'normal', tone = 'ghost', className, ...rest }: IconButtonProps) {
  return (
    <Button
      {...rest}
      tone={tone}
      size={size}
      icon={icon}
      aria-label={label}
      title={label}
      className={cx(size === 'small' ? 'w-8 px-0!' : size === 'large' ? 'w-12 px-0!' : 'w-10 px-0!', className)}
    />
  );
}
