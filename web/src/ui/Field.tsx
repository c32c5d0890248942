import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type Ref, useId } from 'react';
import { CircleAlert } from 'lucide-react';
import { cx } from './cx';

export const inputClass =
  'w-full min-w-0 min-h-10 rounded-lg border border-edge bg-surface px-3 py-2 text-base md:text-sm text-ink placeholder:text-soft/80 aria-invalid:border-alarm disabled:opacity-60 disabled:bg-sunken';

interface FieldProps {
  label: ReactNode;
  help?: ReactNode;
  error?: string;
  /** Beside the label: a mark, a reset button. */
  extra?: ReactNode;
  className?: string;
  children: (parts: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode;
}

/** Label, control, help under it and the error in the server's words; tied together for screen readers. */
export function Field({ label, help, error, extra, className, children }: FieldProps) {
  const id = useId();
  const described = [help ? `${id}-help` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div className={cx('grid min-w-0 grid-cols-1 content-start gap-1.5', className)}>
      <div className="flex flex-wrap items-center justify-between gap-x-3">
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        {extra}
      </div>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': error ? true : undefined })}
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
      {help && (
        <p id={`${id}-help`} className="text-sm text-soft">
          {help}
        </p>
      )}
    </div>
  );
}

export function FieldError({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <p id={id} role="alert" className="flex items-start gap-1.5 text-sm text-alarm">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span>{children}</span>
    </p>
  );
}

interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: ReactNode;
  help?: ReactNode;
  error?: string;
  unit?: string;
  extra?: ReactNode;
  fieldClassName?: string;
  ref?: Ref<HTMLInputElement>;
}

export function TextField({ label, help, error, unit, extra, fieldClassName, className, ref, ...rest }: TextFieldProps) {
  return (
    <Field label={label} help={help} error={error} extra={extra} className={fieldClassName}>
      {(parts) => (
        <div className="flex items-center gap-2">
          <input ref={ref} autoComplete="off" {...rest} {...parts} className={cx(inputClass, className)} />
          {unit && <span className="shrink-0 text-sm text-soft">{unit}</span>}
        </div>
      )}
    </Field>
  );
}

interface SelectFieldProps extends SelectHTMLAttributes<HTMLSelectElement> {
  label: ReactNode;
  help?: ReactNode;
  error?: string;
  extra?: ReactNode;
  options: { value: string; title: string }[];
  ref?: Ref<HTMLSelectElement>;
}

export function SelectField({ label, help, error, extra, options, className, ref, ...rest }: SelectFieldProps) {
  return (
    <Field label={label} help={help} error={error} extra={extra}>
      {(parts) => (
        <select ref={ref} {...rest} {...parts} className={cx(inputClass, 'pr-8', className)}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.title}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
