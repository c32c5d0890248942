import { Trans, useLingui } from '@lingui/react/macro';
import { ArrowRight, Bell, Camera, CircleCheck, DoorOpen, HardDrive, Info, type LucideIcon, MonitorSmartphone, TriangleAlert } from 'lucide-react';
import { Suspense, lazy } from 'react';
import { Link } from 'wouter';
import { useLocks, useOverview } from '@/api/hooks';
import type { Attention, Overview as OverviewData } from '@/api/types';
import { duration } from '@/i18n/format';
import { said } from '@/i18n/station';
import { LiveView } from '@/media/LiveView';
import { LockStatus, isOpen, useUnlock } from '@/shared/doors';
import { piece } from '@/shared/piece';
import { Button } from '@/ui/Button';
import { CallsNow, OnlineNow } from '../Now';
import { Card, PageHead, Skeleton } from '@/ui/Layout';
import { Note } from '@/ui/Status';
import { cx } from '@/ui/cx';

const DayChart = lazy(() => piece(() => import('../DayChart')));

export function Overview() {
  const { t } = useLingui();
  const overview = useOverview();
  const data = overview.data;
  return (
    <>
      <PageHead title={t`Overview`} help={data && <Trans>Running for {duration(data.uptime_seconds)}</Trans>} />
      {overview.error && !data && <Note kind="error">{overview.error.message}</Note>}
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
        <div className="grid grid-cols-1 content-start gap-4">
          <CallsNow />
          <LiveView stream="sub" />
          {data && <Figures data={data} />}
          <Card title={t`Today by the hour`}>
            {data?.by_hour?.length ? (
              <Suspense fallback={<Skeleton />}>
                <DayChart hours={data.by_hour} />
              </Suspense>
            ) : (
              <p className="py-6 text-center text-sm text-soft">
                <Trans>No calls or openings yet today.</Trans>
              </p>
            )}
          </Card>
        </div>
        <div className="grid grid-cols-1 content-start gap-4">
          <NeedsAttention items={data?.attention ?? []} loading={!data} />
          <DoorsCard />
          <OnlineNow />
          {data && (
            <Card title={t`Station`} bodyClassName="grid gap-3 text-sm">
              <Line icon={Camera} label={t`Camera`} text={said(data.camera.message || data.camera.state)} bad={!['ok', 'starting', 'off'].includes(data.camera.state)} />
              {data.storage && <Line icon={HardDrive} label={t`Storage`} text={said(data.storage.message || data.storage.state)} bad={data.storage.state !== 'ok'} />}
            </Card>
          )}
        </div>
      </div>
    </>
  );
}

function Figures({ data }: { data: OverviewData }) {
  const { t } = useLingui();
  const figures: [LucideIcon, string, string][] = [
    [Bell, t`Calls today`, String(data.calls_today)],
    [DoorOpen, t`Openings today`, String(data.openings_today)],
    [MonitorSmartphone, t`Monitors online`, `${data.monitors.online}/${data.monitors.total}`],
  ];
  return (
    <dl className="grid grid-cols-3 gap-3 sm:gap-4">
      {figures.map(([Icon, label, value]) => (
        <div key={label} className="hairline flex flex-col gap-1 rounded-2xl bg-surface p-4">
          <dt className="flex items-start gap-2 text-xs text-soft sm:text-sm">
            <Icon aria-hidden className="mt-0.5 size-4 shrink-0 max-sm:hidden" />
            {label}
          </dt>
          <dd className="text-3xl font-semibold tracking-tight tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function NeedsAttention({ items, loading }: { items: Attention[]; loading: boolean }) {
  const { t } = useLingui();
  return (
    <Card title={t`Needs attention`} icon={TriangleAlert} bodyClassName="p-0!">
      {loading ? (
        <Skeleton />
      ) : items.length ? (
        <ul className="divide-y divide-line">
          {items.map((item) => (
            <li key={item.id} className="grid gap-2 px-4 py-3 text-sm">
              <p className="flex items-start gap-2">
                <Mark severity={item.severity} />
                {said(item.message)}
              </p>
              {item.action && (
                <Link href={item.action.replace(/^.*#/, '')} className="ml-6 inline-flex min-h-6 items-center gap-1 justify-self-start font-medium text-accent hover:underline">
                  <Trans>Mend this</Trans>
                  <ArrowRight aria-hidden className="size-4" />
                </Link>
              )}
            </li>
          ))}
        </ul>
      ) : (
        <p className="flex items-center gap-2 px-4 py-4 text-sm text-soft">
          <CircleCheck aria-hidden className="size-4 text-open" />
          <Trans>All is well.</Trans>
        </p>
      )}
    </Card>
  );
}

function Mark({ severity }: { severity: Attention['severity'] }) {
  if (severity === 'alarm' || severity === 'error') return <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-alarm" />;
  if (severity === 'warning') return <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-ringing" />;
  return <Info aria-hidden className="mt-0.5 size-4 shrink-0 text-accent" />;
}

function DoorsCard() {
  const { t } = useLingui();
  const locks = useLocks();
  const unlocking = useUnlock();
  return (
    <Card title={t`Doors`} icon={DoorOpen} bodyClassName="p-0!">
      <ul className="divide-y divide-line">
        {(locks.data?.items ?? []).map((lock) => (
          <li key={lock.number} className="flex flex-wrap items-center gap-2 px-4 py-2.5 text-sm">
            <span className="min-w-24 flex-1 font-medium">{lock.name}</span>
            <LockStatus lock={lock} />
            <Button size="small" disabled={isOpen(lock)} aria-label={t`Unlock ${lock.name}`} onClick={() => unlocking.mutate(lock.number)}>
              <Trans>Unlock</Trans>
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Line({ icon: Icon, label, text, bad }: { icon: LucideIcon; label: string; text: string; bad?: boolean }) {
  return (
    <p className="flex items-start gap-3">
      <Icon aria-hidden className={cx('mt-0.5 size-4 shrink-0', bad ? 'text-alarm' : 'text-soft')} />
      <span className="min-w-0">
        <span className="font-medium">{label}</span>
        <span className={cx('block', bad ? 'text-alarm' : 'text-soft')}>{text}</span>
      </span>
    </p>
  );
}
