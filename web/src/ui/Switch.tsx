import { type InputHTMLAttributes, type ReactNode, type Ref, useId } from 'react';
import { FieldError } from './Field';
import { cx } from './cx';

interface SwitchProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'type' | 'role'> {
  label: ReactNode;
  help?: ReactNode;
  error?: string;
  extra?: ReactNode;
  ref?: Ref<HTMLInputElement>;
}

/** On or off. A real checkbox underneath, so that forms, keyboard and screen readers know it. */
export function Switch({ label, help, error, extra, className, ref, ...rest }: SwitchProps) {
  const id = useId();
  return (
    <div className={cx('grid gap-1', className)}>
      <div className="flex flex-wrap items-center justify-between gap-x-3">
        <label htmlFor={id} className="flex min-h-10 items-center gap-3 text-sm font-medium">
          <span className="relative inline-flex h-6 w-11 shrink-0">
            <input
              {...rest}
              ref={ref}
              id={id}
              type="checkbox"
              role="switch"
              aria-describedby={[help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(' ') || undefined}
              aria-invalid={error ? true : undefined}
              className="peer absolute inset-0 m-0 size-full appearance-none rounded-full bg-edge transition-colors checked:bg-accent disabled:opacity-50"
            />
            <span
              aria-hidden
              className="pointer-events-none absolute top-0.5 left-0.5 size-5 rounded-full bg-white transition-transform peer-checked:translate-x-5"
            />
          </span>
          {label}
        </label>
        {extra}
      </div>
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
      {help && (
        <p id={`${id}-help`} className="text-sm text-soft">
          {help}
        </p>
      )}
    </div>
  );
}
