import { Trans, useLingui } from '@lingui/react/macro';
import { DoorClosed, DoorOpen } from 'lucide-react';
import { useLocks } from '@/api/hooks';
import { LockStatus, isOpen, useUnlock } from '@/shared/doors';
import { Button } from '@/ui/Button';
import { Empty, PageHead, Skeleton } from '@/ui/Layout';
import { Fault } from '@/ui/Status';
import { cx } from '@/ui/cx';

export default function Doors() {
  const { t } = useLingui();
  const locks = useLocks();
  const unlocking = useUnlock();
  const items = locks.data?.items ?? [];
  return (
    <>
      <PageHead title={t`Doors`} help={t`Their state as it is now. Every opening is journalled with who and how.`} />
      <Fault error={locks.error} />
      {locks.isPending && <Skeleton />}
      {locks.isSuccess && !items.length && <Empty icon={DoorClosed} title={t`This station has no locks`} />}
      <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        {items.map((lock) => (
          <li key={lock.number} className="hairline grid gap-5 rounded-2xl bg-surface p-5" aria-live="polite">
            <div className="flex items-start justify-between gap-3">
              <div>
                <h2 className="text-lg font-semibold tracking-tight">{lock.name}</h2>
                <p className="text-sm text-soft">{t`Lock ${lock.number}`}</p>
              </div>
              <span className={cx('grid size-12 place-items-center rounded-2xl', isOpen(lock) ? 'bg-open-wash text-open' : 'bg-sunken text-soft')}>
                {isOpen(lock) ? <DoorOpen aria-hidden className="size-6" /> : <DoorClosed aria-hidden className="size-6" />}
              </span>
            </div>
            <div className="flex items-center justify-between gap-3">
              <LockStatus lock={lock} />
              <Button tone="open" size="large" busy={unlocking.isPending && unlocking.variables === lock.number} disabled={isOpen(lock)} onClick={() => unlocking.mutate(lock.number)} aria-label={t`Unlock ${lock.name}`}>
                <Trans>Unlock</Trans>
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
