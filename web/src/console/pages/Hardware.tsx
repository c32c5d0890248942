import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Circle, CircleDot, Cpu, TriangleAlert } from 'lucide-react';
import { api, part } from '@/api/client';
import { useEvent } from '@/api/hooks';
import type { Page, Twin } from '@/api/types';
import { TapCard } from '@/shared/TapCard';
import { Button } from '@/ui/Button';
import { Card, Empty, PageHead, Skeleton } from '@/ui/Layout';
import { Fault, Status } from '@/ui/Status';
import { complain } from '@/ui/Toasts';
import { twinWords } from '../twinWords';

export default function Hardware() {
  const { t, i18n } = useLingui();
  const spoken = (text: string) => twinWords(i18n, text);
  const client = useQueryClient();
  const twins = useQuery({ queryKey: ['twins'], refetchInterval: 2_000, queryFn: ({ signal }) => api.get<Page<Twin>>('/twins', undefined, signal) });
  const refresh = () => void client.invalidateQueries({ queryKey: ['twins'] });
  useEvent('lock', refresh);
  const act = useMutation({
    mutationFn: ({ name, action }: { name: string; action: string }) => api.post(`/twins/${part(name)}`, { action }),
    onSuccess: refresh,
    onError: complain,
  });
  const items = twins.data?.items ?? [];
  return (
    <>
      <PageHead title={t`Hardware`} help={t`Where no real device is connected, its twin stands in: it does what it is told, shows what it was told, and can be driven and made to fail here.`} />
      <Fault error={twins.error} />
      {twins.isPending && <Skeleton />}
      {twins.isSuccess && !items.length && <Empty icon={Cpu} title={t`Nothing is connected`} />}
      <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        {items.map((twin) => (
          <li key={twin.name}>
            <Card title={spoken(twin.name)} icon={Cpu} actions={<TwinState state={twin.state} words={spoken(twin.state)} />}>
              <p className="mb-3 text-sm text-soft">{spoken(twin.kind)}</p>
              {twin.kind === 'reader' && twin.actions.length > 0 && <TapCard onDone={refresh} />}
              <div className="flex flex-wrap gap-2">
                {twin.actions.filter((action) => !action.endsWith('…')).map((action) => (
                  <Button key={action} size="small" data-twin={twin.name} data-action={action} onClick={() => act.mutate({ name: twin.name, action })}>
                    {spoken(action)}
                  </Button>
                ))}
              </div>
            </Card>
          </li>
        ))}
      </ul>
    </>
  );
}

function TwinState({ state, words }: { state: string; words: string }) {
  if (/fail|jam|lost|not there/.test(state)) return <Status tone="alarm" icon={TriangleAlert}>{words}</Status>;
  const works = /^(?:energised|active|running)/.test(state);
  return <Status tone={works ? 'open' : 'neutral'} icon={works ? CircleDot : Circle}>{words}</Status>;
}
