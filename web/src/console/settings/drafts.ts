import { useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { SettingsSchema } from '@/api/types';
import { type Drafts, type Plain, type Values, visible } from './model';

/**
 * What was typed and not yet saved, of all settings pages. It outlives leaving the page, losing the session and (but
 * for secrets) reloading: typed input is never lost, only saved or discarded.
 */
const KEY = 'lintel.drafts';
let drafts: Drafts = read();
const secrets = new Set<string>();
const watchers = new Set<() => void>();

function read(): Drafts {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Drafts;
  } catch {
    return {};
  }
}

function publish(next: Drafts): void {
  drafts = next;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(Object.fromEntries(Object.entries(next).filter(([key]) => !secrets.has(key)))));
  } catch {
    // Kept in memory at least.
  }
  for (const watcher of watchers) watcher();
}

export function draft(key: string, value: Plain, secret = false): void {
  if (secret) secrets.add(key);
  publish({ ...drafts, [key]: value });
}

export function discard(keys: string[]): void {
  const next = { ...drafts };
  for (const key of keys) delete next[key];
  publish(next);
}

/** Forgets what was saved; what was typed meanwhile, while the station was busy saving, stays. */
export function discardSaved(saved: Drafts): void {
  discard(Object.keys(saved).filter((key) => drafts[key] === saved[key]));
}

export function useDrafts(): Drafts {
  return useSyncExternalStore(
    (notify) => {
      watchers.add(notify);
      return () => watchers.delete(notify);
    },
    () => drafts,
  );
}

/** The settings pages that hold something unsaved that would be saved: what is hidden would not. */
export function useDraftedPages(schema: SettingsSchema | undefined): string[] {
  const held = useDrafts();
  const values = useQueryClient().getQueryData<{ values: Values }>(['settings'])?.values;
  const all = schema?.settings ?? [];
  return [...new Set(all.filter((one) => held[one.key] !== undefined && (!values || visible(one, all, values, held))).map((one) => one.page))];
}
