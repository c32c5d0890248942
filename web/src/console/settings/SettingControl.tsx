import { Trans, useLingui } from '@lingui/react/macro';
import { RotateCcw, RotateCw } from 'lucide-react';
import type { Setting } from '@/api/types';
import { unitOf } from '@/i18n/format';
import { Button } from '@/ui/Button';
import { SelectField, TextField } from '@/ui/Field';
import { Status } from '@/ui/Status';
import { Switch } from '@/ui/Switch';
import { type Plain, isNumber, isSecret } from './model';

interface SettingControlProps {
  setting: Setting;
  value: Plain;
  isSet: boolean;
  isDefault: boolean;
  error?: string;
  onChange: (value: Plain) => void;
}

/** Any setting of the table as a field. The only place that knows how a type looks. */
export function SettingControl({ setting, value, isSet, isDefault, error, onChange }: SettingControlProps) {
  const { t } = useLingui();
  const titleOf = (wanted: unknown) => {
    if (setting.type === 'boolean') return wanted ? t`on` : t`off`;
    const choice = setting.choices?.find((one) => String(one.value) === String(wanted));
    return `${choice?.title ?? String(wanted)} ${unitOf(setting.unit, wanted)}`.trim();
  };
  const extra = (
    <span className="flex items-center gap-2">
      {setting.applies === 'restart' && (
        <Status tone="ringing" icon={RotateCw}>
          <Trans>Needs a restart</Trans>
        </Status>
      )}
      {!isDefault && (
        <Button tone="ghost" size="small" icon={RotateCcw} onClick={() => onChange(setting.default ?? '')} title={t`Default: ${titleOf(setting.default)}`}>
          <Trans>Reset</Trans>
        </Button>
      )}
    </span>
  );
  const bounds: string[] = [];
  const unit = unitOf(setting.unit, setting.maximum);
  if (isNumber(setting) && setting.minimum !== undefined && setting.maximum !== undefined) bounds.push(t`${setting.minimum} to ${setting.maximum} ${unit}`.trim());
  if (setting.type === 'text' && setting.max_length) bounds.push(t`at most ${setting.max_length} characters`);
  if (setting.pattern_hint) bounds.push(setting.pattern_hint);
  const help = [setting.help, bounds.length ? `(${bounds.join('; ')})` : ''].filter(Boolean).join(' ');
  const name = { name: setting.key, 'data-setting': setting.key };

  if (setting.type === 'boolean')
    return <Switch {...name} label={setting.title} help={help} error={error} extra={extra} checked={value === true || value === 'true'} onChange={(event) => onChange(event.target.checked)} />;
  if (setting.type === 'choice')
    return (
      <SelectField
        {...name}
        label={setting.title}
        help={help}
        error={error}
        extra={extra}
        value={String(value)}
        options={(setting.choices ?? []).map((choice) => ({ value: String(choice.value), title: choice.title }))}
        onChange={(event) => {
          const chosen = setting.choices?.find((choice) => String(choice.value) === event.target.value);
          onChange(chosen?.value ?? event.target.value);
        }}
      />
    );
  if (isSecret(setting))
    return (
      <TextField
        {...name}
        type="password"
        autoComplete="new-password"
        label={setting.title}
        help={help}
        error={error}
        extra={extra}
        maxLength={setting.max_length}
        placeholder={isSet ? t`Set. Type to replace it.` : t`Not set`}
        value={String(value)}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  return (
    <TextField
      {...name}
      label={setting.title}
      help={help}
      error={error}
      extra={extra}
      unit={unitOf(setting.unit, value)}
      inputMode={isNumber(setting) ? 'numeric' : undefined}
      className={isNumber(setting) ? 'max-w-40 tabular-nums' : undefined}
      value={String(value)}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
