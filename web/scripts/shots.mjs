// Screenshots of the pages against the mock station, to be looked at: npm run build:mock && npm run shots [pattern] [widths] [schemes]
import { mkdirSync } from 'node:fs';
import { showAll } from './browser.mjs';

const [pattern, widths, schemes, language] = process.argv.slice(2);
const folder = new URL('../build/shots/', import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
const faults = await showAll(
  { only: pattern ? new RegExp(pattern) : undefined, widths: widths?.split(',').map(Number), schemes: schemes?.split(','), language },
  (page, name) => page.screenshot({ path: `${folder}${name}.png` }),
);
for (const fault of faults) console.error(fault);
console.log(`screenshots in ${folder}`);
