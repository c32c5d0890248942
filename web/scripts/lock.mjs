// Run after every change of package-lock.json (npm run lock).
//
// npm leaves out optional packages whose `engines` do not fit the node it runs under, without a word. The native parts
// of the build are such packages and want node 20 or later; they run under npm's own `node` (22), but are installed by
// whatever the machine has: 18 on Debian 12. So the lock file does not repeat what they ask for.
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
let changed = 0;
for (const entry of Object.values(lock.packages)) {
  if (entry.optional && entry.engines) {
    delete entry.engines;
    changed += 1;
  }
}
if (changed) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${changed} optional packages relieved of their engines`);
