import { Trans, useLingui } from '@lingui/react/macro';
import { Camera, Volume2, VolumeX } from 'lucide-react';
import { useState } from 'react';
import { useLocks } from '@/api/hooks';
import { LiveView } from '@/media/LiveView';
import { snapshotUrl } from '@/media/rtc';
import { LockStatus, isOpen, useUnlock } from '@/shared/doors';
import { Button } from '@/ui/Button';
import { PageHead } from '@/ui/Layout';
import { cx } from '@/ui/cx';

export default function Live() {
  const { t } = useLingui();
  const [stream, setStream] = useState<'main' | 'sub'>('main');
  const [sound, setSound] = useState(false);
  const locks = useLocks();
  const unlocking = useUnlock();
  return (
    <>
      <PageHead title={t`Live`} help={t`Watch the station without a call.`} />
      <div className="grid gap-4">
        <LiveView key={stream} stream={stream} audio muted={!sound} />
        <div className="flex flex-wrap items-center gap-2">
          <div role="group" aria-label={t`Stream`} className="hairline inline-flex rounded-lg bg-surface p-0.5">
            {(['main', 'sub'] as const).map((one) => (
              <button key={one} type="button" aria-pressed={stream === one} onClick={() => setStream(one)} className={cx('min-h-9 rounded-md px-3 text-sm', stream === one ? 'bg-accent-wash font-medium text-accent' : 'text-soft hover:text-ink')}>
                {one === 'main' ? <Trans>Main stream</Trans> : <Trans>Sub stream</Trans>}
              </button>
            ))}
          </div>
          <Button icon={sound ? Volume2 : VolumeX} aria-pressed={sound} onClick={() => setSound(!sound)}>
            {sound ? <Trans>Sound is on</Trans> : <Trans>Sound is off</Trans>}
          </Button>
          <a href={snapshotUrl(0, stream)} target="_blank" rel="noreferrer" className="hairline inline-flex min-h-10 items-center gap-2 rounded-lg bg-surface px-4 text-sm font-medium hover:bg-sunken">
            <Camera aria-hidden className="size-4" />
            <Trans>Still picture</Trans>
          </a>
          <span className="flex-1 max-sm:hidden" />
          {(locks.data?.items ?? []).map((lock) => (
            <span key={lock.number} className="flex items-center justify-between gap-2 max-sm:w-full">
              <LockStatus lock={lock} />
              <Button tone="open" disabled={isOpen(lock)} onClick={() => unlocking.mutate(lock.number)}>
                <Trans>Unlock {lock.name}</Trans>
              </Button>
            </span>
          ))}
        </div>
      </div>
    </>
  );
}
