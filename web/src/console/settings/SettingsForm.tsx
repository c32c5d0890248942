import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Save } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import { Link } from 'wouter';
import { ApiError } from '@/api/client';
import type { Setting } from '@/api/types';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Layout';
import { Note } from '@/ui/Status';
import { say } from '@/ui/Toasts';
import { cx } from '@/ui/cx';
import { settingsPath } from '../nav';
import { SettingControl } from './SettingControl';
import { focusSetting } from './focus';
import { discard, discardSaved, draft, useDrafts } from './drafts';
import { type Drafts, type Plain, type Values, changes, errorsByField, isDefault, isSame, isSecret, secretIsSet, shown, visible } from './model';

interface SettingsFormProps {
  settings: Setting[];
  /** All settings of the station, for fields that depend on those of another page. */
  all: Setting[];
  values: Values;
  save: (changed: Drafts) => Promise<{ changed?: string[]; restart_needed?: boolean }>;
}

/** One page of settings with one Save, which says what it will change. */
export function SettingsForm({ settings, all, values, save }: SettingsFormProps) {
  const { t } = useLingui();
  const drafts = useDrafts();
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [restart, setRestart] = useState(false);
  const changed = changes(settings, values, drafts, all);
  const keys = Object.keys(changed);
  const seen = settings.filter((setting) => visible(setting, all, values, drafts));
  const same = settings.filter((setting) => isSame(setting, values, drafts)).map((setting) => setting.key).join();

  // Kept, it would come up as a change by this page when somebody else changes the setting. But while these are being
  // saved, what is typed again as it was is one.
  useEffect(() => {
    if (!busy && same) discard(same.split(','));
  }, [busy, same]);

  useEffect(() => {
    if (!keys.length) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [keys.length]);

  const edit = (setting: Setting, value: Plain) => {
    draft(setting.key, value, isSecret(setting));
    setErrors(({ [setting.key]: _gone, ...rest }) => rest);
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!keys.length || busy) return;
    setBusy(true);
    setErrors({});
    try {
      const result = await save(changed);
      // With what was saved goes what was typed into fields that are hidden now.
      const done = settings.filter((one) => one.key in changed || !seen.includes(one)).filter((one) => drafts[one.key] !== undefined);
      discardSaved(Object.fromEntries(done.map(({ key }) => [key, drafts[key] as Plain])));
      setRestart((old) => old || !!result.restart_needed);
      say(t`Saved.`);
    } catch (error) {
      if (error instanceof ApiError) {
        const found = errorsByField(seen, all, error.fields);
        setErrors(Object.keys(found).length ? found : { '': error.message });
        const first = seen.find((one) => found[one.key]);
        if (first) focusSetting(first.key);
      } else setErrors({ '': String(error) });
    } finally {
      setBusy(false);
    }
  };

  const words = (setting: Setting, value: Plain): string => {
    if (isSecret(setting)) return t`new`;
    if (typeof value === 'boolean') return value ? t`on` : t`off`;
    return setting.choices?.find((one) => String(one.value) === String(value))?.title ?? (String(value) || t`empty`);
  };

  const rule = settings[0]?.depends_on;
  const ruler = all.find((one) => one.key === rule?.key);
  const wanted = ruler && rule ? words(ruler, rule.value) : '';

  return (
    <form onSubmit={submit} noValidate className="grid max-w-3xl gap-4">
      {restart && (
        <Note kind="warning" title={t`A restart is needed`}>
          <Trans>Some of what you saved works only after the station was restarted.</Trans>
        </Note>
      )}
      {!seen.length && ruler && (
        <Note kind="info">
          <Trans>
            Nothing to set here: it all matters only while “{ruler.title}” is {wanted}.{' '}
            <Link href={settingsPath(ruler.page)} className="font-medium text-accent underline">
              Go there
            </Link>
          </Trans>
        </Note>
      )}
      <Card bodyClassName="grid gap-6" className={cx(!seen.length && 'hidden')}>
        {seen.map((setting) => (
          <SettingControl
            key={setting.key}
            setting={setting}
            value={shown(setting, values, drafts)}
            isSet={secretIsSet(setting, values)}
            isDefault={isDefault(setting, values, drafts)}
            error={errors[setting.key]}
            onChange={(value) => edit(setting, value)}
          />
        ))}
      </Card>
      {errors[''] && <Note kind="error">{errors['']}</Note>}
      <div className={cx('hairline flex flex-wrap items-center gap-3 rounded-2xl bg-raised px-4 py-3', keys.length > 0 && 'sticky bottom-3 shadow-float')}>
        <div className="min-w-0 flex-1 basis-60 text-sm" aria-live="polite">
          {keys.length ? (
            <>
              <p className="font-medium">
                <Plural value={keys.length} one="# change, not saved yet" other="# changes, not saved yet" />
              </p>
              <ul className="text-soft">
                {settings.filter((one) => one.key in changed).map((one) => (
                  <li key={one.key}>
                    {isSecret(one) ? t`${one.title}: new` : t`${one.title}: ${words(one, shown(one, values, {}))} → ${words(one, changed[one.key] as Plain)}`}
                  </li>
                ))}
              </ul>
            </>
          ) : (
            <p className="text-soft">
              <Trans>Everything is saved.</Trans>
            </p>
          )}
        </div>
        <Button disabled={!keys.length} onClick={() => { discard(settings.map((one) => one.key)); setErrors({}); }}>
          <Trans>Discard</Trans>
        </Button>
        <Button type="submit" tone="primary" icon={Save} busy={busy} disabled={!keys.length}>
          <Trans>Save</Trans>
        </Button>
      </div>
    </form>
  );
}
