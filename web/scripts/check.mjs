// House rules that neither the compiler nor the linter knows: short files, no inline scripts, complete translations.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue, oddHoles } from './catalogue.mjs';
import { stationTexts } from './station.mjs';

const web = new URL('../', import.meta.url).pathname;
const MOST_LINES = 300;
const faults = [];

const walk = (folder) => readdirSync(join(web, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));

for (const file of [...walk('src'), ...walk('mock'), ...walk('scripts'), ...walk('tests')]) {
  if (!/\.(tsx?|mjs|css)$/.test(file)) continue;
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n').length - 1;
  const name = file.slice(web.length);
  if (lines > MOST_LINES) faults.push(`${name}: ${lines} lines, more than ${MOST_LINES}`);
  if (/dangerouslySetInnerHTML|\beval\(/.test(text) && !name.startsWith('scripts/check')) faults.push(`${name}: would need a weaker content policy`);
  // Safari knows it from 16.4 on; before, the whole file is a syntax error there, and the page stays white.
  if (name.startsWith('src/') && /\(\?<[=!]/.test(text)) faults.push(`${name}: a lookbehind, which older browsers cannot even read`);
  if (name.startsWith('src/') && name !== 'src/api/client.ts' && text.includes('AbortSignal.timeout')) faults.push(`${name}: use timeLimit of src/api/client.ts; older browsers have no AbortSignal.timeout`);
}

for (const page of ['index.html', 'monitor.html', 'panel.html']) {
  const text = readFileSync(join(web, page), 'utf8');
  if (/<script(?![^>]*\bsrc=)/.test(text) || /\sstyle="/.test(text) || /https?:\/\//.test(text)) faults.push(`${page}: inline script, inline style or foreign host`);
}

const lock = readFileSync(join(web, 'package-lock.json'), 'utf8');
if (/"resolved": "https?:/.test(lock)) faults.push('package-lock.json: names a registry; see .npmrc');

if (Object.values(JSON.parse(lock).packages).some((entry) => entry.optional && entry.engines)) faults.push('package-lock.json: run npm run lock, or Debian 12 builds without the native parts');

for (const language of ['de']) {
  const entries = ['messages', 'station'].map((name) => catalogue(join(web, `src/locales/${language}/${name}.po`)));
  const missing = entries.flatMap((one) => [...one].filter(([, text]) => !text).map(([id]) => id));
  if (missing.length) faults.push(`${language}: ${missing.length} messages are not translated, the first: ${missing[0]}`);
  // Sentences that were not collected yet stay English; a setting or an event may not.
  for (const { id, message, must } of stationTexts(join(web, '..'))) {
    const text = entries[1].get(id);
    if (text === undefined && must) faults.push(`${language}: no text for ${id}. Run npm run extract, then fill it in src/locales/${language}/station.po`);
    const odd = text && oddHoles(message ?? id, text);
    if (odd) faults.push(`${language}: ${id} has no {${odd}} to show`);
  }
}

for (const fault of faults) console.error(fault);
process.exit(faults.length ? 1 : 0);
