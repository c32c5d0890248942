import type { FieldError, Setting, SettingValue } from '@/api/types';

/** The rules of a settings page, apart from how it looks. Drafts hold only what was changed and not yet saved. */

export type Plain = boolean | number | string;
export type Values = Record<string, SettingValue>;
export type Drafts = Record<string, Plain>;

export const isSecret = (setting: Setting) => setting.type === 'secret' || setting.type === 'password';
export const isNumber = (setting: Setting) => setting.type === 'integer' || setting.type === 'duration';

/** What the field shows: the draft, else the station's value, else the default. A secret is never shown. */
export function shown(setting: Setting, values: Values, drafts: Drafts): Plain {
  const draft = drafts[setting.key];
  if (draft !== undefined) return draft;
  if (isSecret(setting)) return '';
  const value = values[setting.key] ?? setting.default ?? (setting.type === 'boolean' ? false : '');
  return typeof value === 'object' ? '' : value;
}

export const secretIsSet = (setting: Setting, values: Values): boolean => {
  const value = values[setting.key];
  return typeof value === 'object' && value !== null && value.set;
};

/** A field that depends on another is shown only while that one has the value; a chain hides as a whole. */
export function visible(setting: Setting, all: Setting[], values: Values, drafts: Drafts, depth = 0): boolean {
  const wanted = setting.depends_on;
  if (!wanted || depth > 8) return true;
  const other = all.find((one) => one.key === wanted.key);
  if (!other) return true;
  return String(shown(other, values, drafts)) === String(wanted.value) && visible(other, all, values, drafts, depth + 1);
}

/** What the control gave, in the type that the station expects. A number that is none is kept as typed, so that the
 *  station (or the field) can say what is wrong with it and nothing typed is lost. */
export function coerce(setting: Setting, input: Plain): Plain {
  if (!isNumber(setting) || typeof input !== 'string') return input;
  const text = input.trim();
  return /^-?\d+$/.test(text) ? Number(text) : input;
}

/** Whether a draft is none any more, because the station has the same. */
export function isSame(setting: Setting, values: Values, drafts: Drafts): boolean {
  const draft = drafts[setting.key];
  return draft !== undefined && coerce(setting, draft) === shown(setting, values, {});
}

/** The drafts of fields that can be seen and differ from what the station has, as they would be sent. */
export function changes(settings: Setting[], values: Values, drafts: Drafts, all: Setting[] = settings): Drafts {
  const changed: Drafts = {};
  for (const setting of settings) {
    const draft = drafts[setting.key];
    if (draft !== undefined && !isSame(setting, values, drafts) && visible(setting, all, values, drafts)) changed[setting.key] = coerce(setting, draft);
  }
  return changed;
}

export const isDefault = (setting: Setting, values: Values, drafts: Drafts): boolean =>
  isSecret(setting) || setting.default === undefined || setting.default === null || String(shown(setting, values, drafts)) === String(setting.default);

/** Errors by field; one about a field that is not to be seen stays readable under '', with its title. */
export function errorsByField(seen: Setting[], all: Setting[], errors: FieldError[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const error of errors) {
    const key = seen.some((setting) => setting.key === error.field) ? error.field : '';
    const title = all.find((setting) => setting.key === error.field)?.title ?? error.field;
    // Most of the station's sentences begin with the title themselves.
    const text = key || error.message.includes(title) ? error.message : `${title}: ${error.message}`;
    found[key] = found[key] ? `${found[key]} ${text}` : text;
  }
  return found;
}
