import type { LucideIcon } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { cx } from './cx';

/** The head of a page: its name takes the focus when the page opens, so that screen readers say where one is. */
export function PageHead({ title, help, actions }: { title: ReactNode; help?: ReactNode; actions?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${heading.current?.textContent ?? ''} · Lintel`;
    const now = document.activeElement;
    // Not out of the hands of somebody who types or answers a dialog already.
    if (!now?.closest('main, dialog')) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <header className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="max-w-2xl min-w-0 flex-1 basis-64">
        <h1 ref={heading} tabIndex={-1} className="text-2xl font-semibold tracking-tight">
          {title}
        </h1>
        {help && <p className="mt-1 text-sm text-soft">{help}</p>}
      </div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </header>
  );
}

/** With nothing in it, as a list that could not be asked for, it is not to be seen. */
export function Card({ title, icon: Icon, actions, className, bodyClassName, children }: {
  title?: ReactNode;
  icon?: LucideIcon;
  actions?: ReactNode;
  className?: string;
  bodyClassName?: string;
  children: ReactNode;
}) {
  return (
    <section className={cx('hairline rounded-2xl bg-surface has-[>:only-child:empty]:hidden', className)}>
      {title && (
        <header className="flex min-h-12 flex-wrap items-center justify-between gap-2 border-b border-line py-1.5 pr-3 pl-4">
          <h2 className="flex items-center gap-2 text-sm font-semibold">
            {Icon && <Icon aria-hidden className="size-4 text-soft" />}
            {title}
          </h2>
          {actions}
        </header>
      )}
      <div className={cx('p-4', bodyClassName)}>{children}</div>
    </section>
  );
}

/** Nothing here yet: what this would be, and the button that makes the first one. */
export function Empty({ icon: Icon, title, children, action }: { icon: LucideIcon; title: ReactNode; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="grid justify-items-center gap-2 px-6 py-12 text-center">
      <span className="grid size-12 place-items-center rounded-full bg-accent-wash text-accent">
        <Icon aria-hidden className="size-6" />
      </span>
      <p className="mt-1 font-medium">{title}</p>
      {children && <p className="max-w-md text-sm text-soft">{children}</p>}
      {action && <div className="mt-2">{action}</div>}
    </div>
  );
}

export function Skeleton({ lines = 3 }: { lines?: number }) {
  return (
    <div aria-hidden className="grid gap-3 p-4">
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className={cx('h-4 animate-pulse rounded bg-sunken', index % 3 === 2 ? 'w-1/2' : 'w-full')} />
      ))}
    </div>
  );
}
