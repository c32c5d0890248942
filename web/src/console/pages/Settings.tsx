import { Trans } from '@lingui/react/macro';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '@/api/client';
import { useEvent } from '@/api/hooks';
import { PageHead, Skeleton } from '@/ui/Layout';
import { Fault, Note } from '@/ui/Status';
import { useSchema } from '../nav';
import { focusSetting } from '../settings/focus';
import { SettingsForm } from '../settings/SettingsForm';
import type { Values } from '../settings/model';
import { useFocusOn } from '../useFocusOn';

/** Any page of the station's settings table. */
export default function Settings({ page }: { page: string }) {
  const client = useQueryClient();
  const schema = useSchema();
  const values = useQuery({ queryKey: ['settings'], queryFn: ({ signal }) => api.get<{ values: Values }>('/settings', undefined, signal) });
  useEvent('setting', () => void client.invalidateQueries({ queryKey: ['settings'] }));
  // What was set while the stream was away was heard by nobody.
  useEvent('hello', () => void client.invalidateQueries({ queryKey: ['settings'] }));
  const found = schema.data?.pages.find((one) => one.id === page);
  const ready = !!schema.data && !!values.data;
  useFocusOn(ready, focusSetting);
  const fault = schema.error ?? values.error;
  if (!schema.data || !values.data) return fault ? <Note kind="error">{fault.message}</Note> : <Skeleton lines={8} />;
  if (!found) return <Note kind="error"><Trans>This station has no such page.</Trans></Note>;
  return (
    <>
      <PageHead title={found.title} help={found.help} />
      <Fault error={fault} />
      <SettingsForm
        settings={schema.data.settings.filter((one) => one.page === page)}
        all={schema.data.settings}
        values={values.data.values}
        save={async (changed) => {
          const result = await api.patch<{ changed: string[]; restart_needed: boolean }>('/settings', changed);
          await client.invalidateQueries({ queryKey: ['settings'] });
          return result;
        }}
      />
    </>
  );
}
