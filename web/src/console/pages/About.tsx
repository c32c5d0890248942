import { Trans, useLingui } from '@lingui/react/macro';
import { useOverview } from '@/api/hooks';
import { duration } from '@/i18n/format';
import { said } from '@/i18n/station';
import { Brand } from '@/ui/Brand';
import { Card, PageHead } from '@/ui/Layout';

export default function About({ version }: { version: string }) {
  const { t } = useLingui();
  const { data } = useOverview();
  const facts: [string, string][] = [
    [t`Version`, version],
    [t`Station`, data ? `${data.station.name} (${data.station.number})` : '…'],
    [t`Running for`, data ? duration(data.uptime_seconds) : '…'],
    [t`Camera`, data ? said(data.camera.message || data.camera.state) : '…'],
    [t`Storage`, data?.storage ? said(data.storage.message || data.storage.state) : '…'],
    [t`Slowest reaction`, data?.loop_delay_ms ? t`${Math.ceil(data.loop_delay_ms.recent)} ms in the last minute, ${Math.ceil(data.loop_delay_ms.worst)} ms since the start` : '…'],
    [t`Licence`, 'Apache-2.0'],
  ];
  return (
    <>
      <PageHead title={t`About`} />
      <Card className="max-w-2xl" bodyClassName="grid gap-5">
        <Brand />
        <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 text-sm">
          {facts.map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-soft">{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <p className="text-sm text-soft">
          <Trans>
            Programs talk to this station over its API, described at <a className="text-accent underline" href="/api/v1/openapi.json">/api/v1/openapi.json</a>.
          </Trans>
        </p>
      </Card>
    </>
  );
}
