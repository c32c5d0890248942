import { useLingui } from '@lingui/react/macro';
import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { ApiError } from '@/api/client';
import { IconButton } from './Button';

interface Toast {
  id: number;
  kind: 'good' | 'error';
  text: string;
}

const STAYS_MS = 5_000;
const MOST = 4;
let toasts: Toast[] = [];
let next = 1;
const watchers = new Set<() => void>();
const publish = (list: Toast[]) => {
  toasts = list;
  for (const watcher of watchers) watcher();
};
const dismiss = (id: number) => publish(toasts.filter((toast) => toast.id !== id));

function show(kind: Toast['kind'], text: string): void {
  const id = next++;
  publish([...toasts.slice(1 - MOST), { id, kind, text }]);
  // A fault stays until it is read; good news leaves by itself.
  if (kind === 'good') setTimeout(() => dismiss(id), STAYS_MS);
}

export const say = (text: string) => show('good', text);
export const complain = (error: unknown) => show('error', error instanceof ApiError || error instanceof Error ? error.message : String(error));

/** Takes all of them away, before something comes whose buttons they must not cover. */
export const hush = () => publish([]);

/** What just happened, in words; read out politely. */
export function Toasts() {
  const { t } = useLingui();
  const list = useSyncExternalStore(
    (notify) => {
      watchers.add(notify);
      return () => watchers.delete(notify);
    },
    () => toasts,
  );
  return (
    <div role="status" aria-live="polite" className="pointer-events-none fixed inset-x-3 bottom-3 z-50 grid justify-items-center gap-2 md:justify-items-end">
      {list.map((toast) => (
        <div key={toast.id} className="hairline pointer-events-auto flex w-full max-w-sm items-center gap-3 rounded-xl bg-raised py-1 pr-1 pl-4 text-sm shadow-float">
          {toast.kind === 'good' ? <CircleCheck aria-hidden className="size-4 shrink-0 text-open" /> : <CircleAlert aria-hidden className="size-4 shrink-0 text-alarm" />}
          <span className="min-w-0 flex-1 py-1.5">{toast.text}</span>
          <IconButton icon={X} size="small" label={t`Dismiss`} onClick={() => dismiss(toast.id)} />
        </div>
      ))}
    </div>
  );
}
