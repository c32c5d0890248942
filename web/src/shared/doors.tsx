import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { DoorClosed, DoorOpen, LoaderCircle, Lock as LockIcon, LockOpen, type LucideIcon, TriangleAlert } from 'lucide-react';
import { withTold } from '@/api/told';
import type { Lock, LockState, Page } from '@/api/types';
import { unlock } from '@/media/rtc';
import { Status } from '@/ui/Status';
import { complain } from '@/ui/Toasts';

/** A lock's state in a word, a symbol and a colour; and the door's, where a contact watches it. */
export function LockStatus({ lock }: { lock: Lock }) {
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5">
      <BoltStatus lock={lock} />
      {typeof lock.door_open === 'boolean' && <DoorStatus open={lock.door_open} />}
    </span>
  );
}

function DoorStatus({ open }: { open: boolean }) {
  const { t } = useLingui();
  return <Status tone={open ? 'ringing' : 'neutral'} icon={open ? DoorOpen : DoorClosed}>{open ? t`Door stands open` : t`Door is shut`}</Status>;
}

function BoltStatus({ lock }: { lock: Lock }) {
  const { t } = useLingui();
  if (lock.held_open)
    return (
      <Status tone="alarm" icon={TriangleAlert}>
        {t`Held open`}
      </Status>
    );
  const looks: Record<LockState, { tone: 'neutral' | 'open' | 'ringing' | 'alarm'; icon: LucideIcon; word: string }> = {
    locked: { tone: 'neutral', icon: LockIcon, word: t`Locked` },
    unlocking: { tone: 'ringing', icon: LoaderCircle, word: t`Unlocking` },
    unlocked: { tone: 'open', icon: LockOpen, word: t`Open` },
    locking: { tone: 'ringing', icon: LoaderCircle, word: t`Locking` },
    jammed: { tone: 'alarm', icon: TriangleAlert, word: t`Jammed` },
  };
  const look = looks[lock.state] ?? looks.locked;
  return (
    <Status tone={look.tone} icon={look.icon}>
      {look.word}
    </Status>
  );
}

export const isOpen = (lock: Lock) => lock.state === 'unlocked' || lock.state === 'unlocking';

/** Opens a door; the new state shows at once, and a refusal is said in the station's words. Pressed again while an order is under way, it is that order. */
export function useUnlock(refused: (error: Error) => void = complain) {
  const client = useQueryClient();
  const order = useMutation({
    // The answer may come when the door is locked again already.
    mutationFn: (door: number) => withTold<{ state: string }, 'lock'>(unlock(door), 'lock', (result, change) => (change.number === door ? { state: change.state } : result)),
    onSuccess: (result, door) => {
      const state = result?.state as LockState | undefined;
      if (!state) return;
      client.setQueryData<Page<Lock>>(['locks'], (old) => old && { ...old, items: old.items.map((lock) => (lock.number === door ? { ...lock, state } : lock)) });
    },
    onError: refused,
  });
  const mutate: typeof order.mutate = (door, options) => {
    if (!order.isPending || order.variables !== door) order.mutate(door, options);
  };
  return { ...order, mutate };
}
