// Fails when a page's first load (HTML, its scripts, their static imports, styles and its first language) is over budget.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const KIB = 1024;
const dist = new URL('../dist/', import.meta.url).pathname;
// `also`: what a page always fetches by a dynamic import of its own: its largest language, the telephone of the monitor.
const budgets = [
  { page: 'index.html', limit: 170, also: [/^messages-/] },
  { page: 'monitor.html', limit: 270, also: [/^messages-/, /^JsSIP-/i] },
  { page: 'panel.html', limit: 270, also: [/^messages-/] },
];

/** Every file that a browser must have before the page works: what HTML names, and what those scripts import statically. */
function first_load(page, also) {
  const files = new Set();
  const visit = (file) => {
    if (files.has(file) || !existsSync(join(dist, file))) return;
    files.add(file);
    const source = readFileSync(join(dist, file), 'utf8');
    if (file.endsWith('.html')) {
      for (const match of source.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)) visit(match[1]);
    } else if (file.endsWith('.js')) {
      for (const match of source.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) visit(`assets/${match[1]}`);
    }
  };
  visit(page);
  for (const pattern of also) {
    const found = readdirSync(join(dist, 'assets')).filter((name) => pattern.test(name) && name.endsWith('.js'));
    if (!found.length) throw new Error(`no chunk matches ${pattern}`);
    const weight = (name) => statSync(join(dist, 'assets', name)).size;
    visit(`assets/${found.sort((a, b) => weight(b) - weight(a))[0]}`);
  }
  return [...files];
}

let failed = false;
const weigh = (files) => files.reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file)), { level: 9 }).length, 0);
for (const { page, limit, also } of budgets) {
  const files = first_load(page, also);
  const kib = weigh(files) / KIB;
  const over = kib > limit;
  failed ||= over;
  console.log(`${over ? 'OVER ' : 'ok   '}${page.padEnd(14)} ${kib.toFixed(1)} KiB gzip of ${limit} (${files.length} files)`);
}
process.exit(failed ? 1 : 0);
