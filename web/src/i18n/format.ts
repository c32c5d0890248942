import { i18n } from '@lingui/core';
import { msg, plural } from '@lingui/core/macro';
import { said } from './station';

const cache = new Map<string, Intl.DateTimeFormat>();
function formatter(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${i18n.locale}/${name}`;
  let found = cache.get(key);
  if (!found) cache.set(key, (found = new Intl.DateTimeFormat(i18n.locale, options)));
  return found;
}

const valid = (iso: string | undefined | null): Date | null => {
  const date = iso ? new Date(iso) : null;
  return date && !Number.isNaN(date.getTime()) ? date : null;
};

export const clockTime = (iso?: string | null) => {
  const date = valid(iso);
  return date ? formatter('clock', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(date) : '';
};
export const dayOf = (iso?: string | null) => {
  const date = valid(iso);
  return date ? formatter('day', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(date) : '';
};
export const dateTime = (iso?: string | null) => {
  const date = valid(iso);
  return date ? formatter('both', { dateStyle: 'medium', timeStyle: 'short' }).format(date) : '';
};

/** 'in words, roughly': 3 days 4 h, 12 min, 40 s. */
export function duration(seconds: number): string {
  const unit = (value: number, name: string) =>
    new Intl.NumberFormat(i18n.locale, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  if (days) return `${unit(days, 'day')} ${unit(hours, 'hour')}`;
  if (hours) return `${unit(hours, 'hour')} ${unit(minutes, 'minute')}`;
  if (minutes) return unit(minutes, 'minute');
  return unit(Math.max(0, Math.floor(seconds)), 'second');
}

/** The unit of a setting as it stands behind that value: '1 second', '2 seconds'. What is no whole number counts as many. */
export function unitOf(unit: string | undefined, value: unknown): string {
  const many = Number(value) === 1 ? 1 : 2;
  if (unit === 'seconds') return i18n._(msg`${plural(many, { one: 'second', other: 'seconds' })}`);
  if (unit === 'minutes') return i18n._(msg`${plural(many, { one: 'minute', other: 'minutes' })}`);
  return said(unit ?? '');
}

export const countdown = (seconds: number) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
