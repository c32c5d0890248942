// Reads what the checks need of a PO file: each id with its text, and the holes of a text.
import { readFileSync } from 'node:fs';

const unquoted = (part) => [...part.matchAll(/^"(.*)"$/gm)].map(([, line]) => JSON.parse(`"${line}"`)).join('');

/** id → text ('' where it is missing). */
export function catalogue(file) {
  const found = new Map();
  for (const block of readFileSync(file, 'utf8').split(/\n\n+/)) {
    const parts = /^msgid ([\s\S]*?)^msgstr ([\s\S]*)/m.exec(block);
    if (parts && !block.startsWith('#~')) found.set(unquoted(parts[1]), unquoted(parts[2]));
  }
  found.delete('');
  return found;
}

const holes = (text) => [...text.matchAll(/\{(\w+)[,}]/g)].map(([, name]) => name);

/** A hole of `translated` that `original` does not have. */
export const oddHoles = (original, translated) => holes(translated).find((name) => !holes(original).includes(name));
