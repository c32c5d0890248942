import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Check } from 'lucide-react';
import { ApiError, api } from '@/api/client';
import { stateKey } from '@/api/hooks';
import type { Setting, SettingsSchema, StationName } from '@/api/types';
import { useApiForm } from '@/shared/forms';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Note } from '@/ui/Status';
import { GateFrame } from './GateFrame';

const KEY = 'lintel.station-step';
export const askForStation = () => sessionStorage.setItem(KEY, 'ask');
export const stationStepPending = () => sessionStorage.getItem(KEY) === 'ask';

const find = (schema: SettingsSchema | undefined, what: 'number' | 'name'): Setting | undefined =>
  schema?.settings.find((one) => one.key === `station.${what}`) ?? schema?.settings.find((one) => new RegExp(`station.*${what}$`).test(one.key));

/** The second step of set-up: what this station is called and which number it has. Both can be changed later. */
export function StationStep({ station, onDone }: { station: StationName; onDone: () => void }) {
  const { t } = useLingui();
  const client = useQueryClient();
  const schema = useQuery({ queryKey: ['schema'], queryFn: ({ signal }) => api.get<SettingsSchema>('/settings/schema', undefined, signal) });
  const done = async () => {
    sessionStorage.removeItem(KEY);
    await client.invalidateQueries({ queryKey: stateKey });
    onDone();
  };
  const { form, fault, busy, submit, error } = useApiForm({ number: station.number, name: station.name }, async (values) => {
    const changes: Record<string, string> = {};
    const keys: Record<string, 'number' | 'name'> = {};
    for (const what of ['number', 'name'] as const) {
      const setting = find(schema.data, what);
      if (setting) {
        keys[setting.key] = what;
        if (values[what] !== station[what]) changes[setting.key] = values[what];
      }
    }
    try {
      if (Object.keys(changes).length) await api.patch('/settings', changes);
      else if (!Object.keys(keys).length) await api.patch(`/stations/${encodeURIComponent(station.number)}`, values);
    } catch (refusal) {
      // The station names the setting; the form knows it by its own, shorter name.
      if (refusal instanceof ApiError) for (const one of refusal.fields) one.field = keys[one.field] ?? one.field;
      throw refusal;
    }
    await done();
  });
  return (
    <GateFrame
      title={<Trans>What is this station called?</Trans>}
      help={<Trans>Monitors show the name when somebody rings. The number is how other stations call it.</Trans>}
      step={<Trans>Step 2 of 2</Trans>}
    >
      <form className="grid gap-5" onSubmit={submit} noValidate>
        <TextField label={t`Name`} maxLength={64} error={error('name')} placeholder={t`Main entrance`} {...form.register('name')} />
        <TextField label={t`Number`} inputMode="numeric" maxLength={5} help={t`At most 5 digits, and no room may have the same.`} error={error('number')} {...form.register('number')} />
        {fault && <Note kind="error">{fault}</Note>}
        <div className="grid gap-2">
          <Button type="submit" tone="primary" size="large" icon={Check} busy={busy} disabled={schema.isPending}>
            <Trans>Save and open the console</Trans>
          </Button>
          <Button tone="ghost" onClick={done}>
            <Trans>Later</Trans>
          </Button>
        </div>
      </form>
    </GateFrame>
  );
}
