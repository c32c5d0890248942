import { type Messages, i18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { JournalEntry, SettingsSchema } from '@/api/types';

/**
 * What the station says, in the chosen language. It speaks English; other languages come from `station.po`, where an
 * English sentence is its own id, with {0} {1} for what only the running station knows, and an event of the journal has
 * the id `event.` and its own. What a catalogue lacks stays English.
 */
interface Template {
  id: string;
  pattern: RegExp;
  /** How much of it is fixed words: of two templates that fit, the one with more is meant. */
  fixed: number;
}

const HOLE = /\{\d+\}/;
/** A phrase of few fixed letters ('{0} to {1}') fits only single words, or it would fit anything. */
const FEW_LETTERS = 6;
const KEPT_AT_MOST = 500;

let known: Messages = {};
let templates: Template[] = [];
const kept = new Map<string, string>();

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function template(id: string): Template {
  const pieces = id.split(HOLE);
  const fixed = pieces.join('').replace(/[^\p{L}]/gu, '').length;
  return { id, fixed, pattern: new RegExp(`^${pieces.map(literal).join(fixed < FEW_LETTERS ? '(\\S+)' : '(.*?)')}$`, 's') };
}

/** Takes a language's catalogue of the station's words; an empty one for English. */
export function learn(messages: Messages): void {
  known = messages;
  templates = Object.keys(messages)
    .filter((id) => HOLE.test(id))
    .map(template)
    .sort((a, b) => b.fixed - a.fixed);
  kept.clear();
}

function translated(text: string): string | undefined {
  if (known[text]) return i18n._(text);
  for (const { id, pattern } of templates) {
    const holes = known[id] ? pattern.exec(text) : null;
    if (holes) return i18n._(id, Object.fromEntries(holes.slice(1).map((hole, at) => [at, said(hole)])));
  }
  // Several sentences in one go: each on its own, with the full stop that the cut took from all but the last.
  const parts = text.split(/\. (?=[A-Z])/);
  return parts.length > 1 ? parts.map((part, at) => said(at < parts.length - 1 ? `${part}.` : part)).join(' ') : undefined;
}

/** A sentence or word of the station. */
export function said(text: string): string {
  if (!text || !templates.length) return text;
  let found = kept.get(text);
  if (found === undefined) {
    found = translated(text) ?? text;
    if (kept.size >= KEPT_AT_MOST) kept.clear();
    kept.set(text, found);
  }
  return found;
}

export function fieldsOf(entry: JournalEntry): [string, string][] {
  const { fields } = entry;
  if (!fields) return [];
  if (Array.isArray(fields)) return fields.map((field) => [field.name, String(field.value)]);
  return Object.entries(fields).map(([name, value]) => [name, String(value)]);
}

/** The names that a compiled message leaves open, also inside its plurals. */
function open(message: unknown, names: Set<string> = new Set()): Set<string> {
  if (!Array.isArray(message)) return names;
  for (const token of message) {
    if (!Array.isArray(token)) continue;
    names.add(String(token[0]));
    for (const choice of Object.values((token[2] ?? {}) as object)) open(choice, names);
  }
  return names;
}

/** An entry of the journal as a sentence. */
export function sentence(entry: JournalEntry): string {
  const id = `event.${entry.event}`;
  if (!known[id]) return entry.message;
  const values: Record<string, string> = {};
  for (const [name, value] of [...fieldsOf(entry), ['room', entry.room], ['door', entry.door], ['subject', entry.subject]] as const) if (value) values[name] = said(String(value));
  for (const name of open(known[id])) values[name] ??= i18n._(msg`unknown`);
  return i18n._(id, values);
}

/** The events whose sentence has these words, so that the station, which searches English, finds them too. */
export function eventsThatSay(text: string): string[] {
  const wanted = text.trim().toLocaleLowerCase();
  if (!wanted) return [];
  return Object.keys(known)
    .filter((id) => id.startsWith('event.') && JSON.stringify(known[id]).toLocaleLowerCase().includes(wanted))
    .map((id) => id.slice('event.'.length));
}

/** The table of settings with every title, help and choice translated. */
export function saidSchema(schema: SettingsSchema): SettingsSchema {
  return {
    pages: schema.pages.map((page) => ({ ...page, title: said(page.title), help: page.help && said(page.help) })),
    settings: schema.settings.map((one) => ({
      ...one,
      title: said(one.title),
      help: one.help && said(one.help),
      pattern_hint: one.pattern_hint && said(one.pattern_hint),
      choices: one.choices?.map((choice) => ({ ...choice, title: said(choice.title) })),
    })),
  };
}
