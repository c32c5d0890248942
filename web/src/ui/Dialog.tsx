import { useLingui } from '@lingui/react/macro';
import { X } from 'lucide-react';
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { IconButton } from './Button';
import { cx } from './cx';

interface DialogProps {
  title: ReactNode;
  onClose: () => void;
  wide?: boolean;
  /** Buttons at the bottom. */
  footer?: ReactNode;
  /** Where typed input would be lost by a click beside the dialog, only Escape and the buttons close it. */
  sticky?: boolean;
  children: ReactNode;
}

/**
 * The browser's own modal dialog: it keeps the focus inside, gives it back after, and needs no injected style. One that
 * shows something else after a step has another `key` then, so that it opens anew: with the focus in it and its name read out.
 */
export function Dialog({ title, onClose, wide, footer, sticky = true, children }: DialogProps) {
  const { t } = useLingui();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // At once: while it is open nothing beside it can take the focus, also not the login that takes its place.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element || element.open) return;
    const before = document.activeElement as HTMLElement | null;
    element.showModal();
    // Where there is something to fill in, that is where one starts; else at the last, affirmative button.
    const field = element.querySelector<HTMLElement>('input:not([type=checkbox]), select, textarea');
    (field ?? [...element.querySelectorAll<HTMLElement>('footer button')].at(-1))?.focus();
    return () => {
      element.close();
      before?.focus?.();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (!sticky && event.target === dialog.current) onClose();
      }}
      className={cx(
        'm-auto max-h-[min(92dvh,60rem)] w-[calc(100vw-1.5rem)] rounded-2xl bg-raised p-0 text-ink shadow-float hairline',
        wide ? 'max-w-3xl' : 'max-w-lg',
      )}
    >
      <div className="flex max-h-[inherit] flex-col">
        <header className="flex items-center justify-between gap-4 border-b border-line py-2 pr-2 pl-5">
          <h2 id={heading} className="min-w-0 text-base font-semibold">
            {title}
          </h2>
          <IconButton icon={X} label={t`Close`} onClick={onClose} />
        </header>
        <div className="grid gap-4 overflow-y-auto p-5">{children}</div>
        {footer && <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</footer>}
      </div>
    </dialog>
  );
}
