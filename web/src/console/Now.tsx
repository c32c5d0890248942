import { Trans, useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { BellRing, MonitorSmartphone, PhoneCall, PhoneOff } from 'lucide-react';
import { Link } from 'wouter';
import { api, part } from '@/api/client';
import { useEvent, useMonitors } from '@/api/hooks';
import { withTold } from '@/api/told';
import type { Call, Page } from '@/api/types';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Layout';
import { Note, StateIcons, Status } from '@/ui/Status';
import { complain } from '@/ui/Toasts';
import { cx } from '@/ui/cx';

const OVER = new Set(['ended', 'idle', 'failed']);
const SHOWN = 6;

const withCall = (page: Page<Call>, call: Call): Page<Call> => ({ items: [...page.items.filter((one) => one.id !== call.id), call].filter((one) => !OVER.has(one.state)) });

/** The call that is going on, if any: seen at once, and ended from here if it must be. */
export function CallsNow() {
  const { t } = useLingui();
  const client = useQueryClient();
  useEvent('hello', (hello) => hello.calls && client.setQueryData<Page<Call>>(['calls'], { items: hello.calls }));
  useEvent('call', (call) => void client.setQueryData<Page<Call>>(['calls'], (old) => withCall(old ?? { items: [] }, call)));
  // What was told while another page was open was heard by nobody.
  const calls = useQuery({ queryKey: ['calls'], staleTime: 0, queryFn: ({ signal }) => withTold(api.get<Page<Call>>('/calls', undefined, signal), 'call', withCall) });
  const end = useMutation({ mutationFn: (id: string) => api.delete(`/calls/${part(id)}`), onError: complain });
  const items = (calls.data?.items ?? []).filter((one) => !OVER.has(one.state));
  return (
    <div aria-live="polite" className={cx('grid gap-3', !items.length && 'hidden')}>
      {items.map((call) => {
        const talking = call.state === 'talking';
        const who = call.room ? t`Room ${call.room}` : (call.peer ?? '');
        return (
          <div key={call.id} className={cx('flex flex-wrap items-center gap-3 rounded-2xl px-4 py-3 text-sm font-medium', talking ? 'bg-talking-wash text-talking' : 'bg-ringing-wash text-ringing')}>
            {talking ? <PhoneCall aria-hidden className="size-5" /> : <BellRing aria-hidden className="ring-pulse size-5" />}
            <span className="flex-1">{talking ? <Trans>Talking: {who}</Trans> : <Trans>Ringing: {who}</Trans>}</span>
            <Button size="small" icon={PhoneOff} onClick={() => end.mutate(call.id)}>
              <Trans>End the call</Trans>
            </Button>
          </div>
        );
      })}
    </div>
  );
}

/** Which monitors would ring now. */
export function OnlineNow() {
  const { t } = useLingui();
  const monitors = useMonitors();
  const items = [...(monitors.data?.items ?? [])].filter((one) => one.kind !== 'panel').sort((a, b) => Number(!!b.online) - Number(!!a.online));
  return (
    <Card title={t`Monitors`} icon={MonitorSmartphone} bodyClassName="p-0!" actions={<Link href="/household/monitors" className="rounded px-2 text-sm font-medium text-accent hover:underline"><Trans>All</Trans></Link>}>
      {items.length ? (
        <ul className="divide-y divide-line">
          {items.slice(0, SHOWN).map((one) => (
            <li key={one.account} className="flex items-center gap-3 px-4 py-2 text-sm">
              <span className="min-w-0 flex-1 truncate">
                {one.name || one.account} <span className="text-soft">{one.account}</span>
              </span>
              {one.online ? <Status tone="open" icon={StateIcons.online}>{t`Online`}</Status> : <Status icon={StateIcons.offline}>{t`Offline`}</Status>}
            </li>
          ))}
        </ul>
      ) : monitors.error ? (
        <div className="p-3">
          <Note kind="error">{monitors.error.message}</Note>
        </div>
      ) : (
        <p className="px-4 py-4 text-sm text-soft">{monitors.isPending ? <Trans>Asking the station…</Trans> : <Trans>Nothing rings yet</Trans>}</p>
      )}
    </Card>
  );
}
