import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { i18n } from '@lingui/core';
import { expect, it } from 'vitest';
import { fieldName } from '@/console/journal/fieldNames';
import { messages } from '@/locales/de/messages.po';

const sources = join(import.meta.dirname, '../../src');
const read = (file: string) => readFileSync(join(sources, file), 'utf8');

/** What the sentences of the events name, and what the station's chronicle adds. */
function fields(): Set<string> {
  const named = [...read('journal/events.hpp').matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => name!);
  const added = readdirSync(join(sources, 'app')).filter((file) => file.endsWith('.cpp')).flatMap((file) => [...read(`app/${file}`).matchAll(/\bfield\("([a-z_]+)"/g)].map(([, name]) => name!));
  expect(added).toContain('source');
  // These have places of their own in an entry.
  return new Set([...named, ...added].filter((name) => !['room', 'door', 'subject'].includes(name)));
}

it('N09: every field of a journal entry has a name for people, in each language', () => {
  i18n.load('de', messages);
  for (const name of fields()) {
    i18n.activate('en');
    expect(fieldName(name), name).not.toBe(name);
  }
  i18n.activate('de');
  expect(fieldName('method')).toBe('Mittel');
  expect(fieldName('from_a_newer_station')).toBe('from_a_newer_station');
});
