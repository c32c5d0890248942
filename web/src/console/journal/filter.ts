import type { JournalEntry, JournalKind } from '@/api/types';
import { eventsThatSay, sentence } from '@/i18n/station';

export interface JournalFilter {
  kind: '' | JournalKind;
  room: string;
  door: string;
  text: string;
  /** As a datetime-local field gives them: local time, no zone. */
  from: string;
  to: string;
}

export const noFilter: JournalFilter = { kind: '', room: '', door: '', text: '', from: '', to: '' };
export const isFiltered = (filter: JournalFilter) => Object.values(filter).some(Boolean);

/** Local time of the form to the UTC of the API. */
export function toUtc(local: string): string {
  const date = local ? new Date(local) : null;
  return date && !Number.isNaN(date.getTime()) ? date.toISOString() : '';
}

export const query = (filter: JournalFilter) => ({
  ...filter,
  text: filter.text.trim(),
  or_events: eventsThatSay(filter.text).join(','),
  from: toUtc(filter.from),
  to: toUtc(filter.to),
});

/** Whether an entry that arrives live belongs to what is shown. The text is left to the station: it searches better. */
export function belongs(entry: JournalEntry, filter: JournalFilter): boolean {
  const { kind, room, door, text, from, to } = query(filter);
  if (kind && entry.kind !== kind) return false;
  if (room && entry.room !== room) return false;
  if (door && String(entry.door ?? '') !== door) return false;
  if (from && entry.time < from) return false;
  if (to && entry.time > to) return false;
  return !text || `${sentence(entry)} ${entry.message} ${entry.subject ?? ''}`.toLowerCase().includes(text.toLowerCase());
}
