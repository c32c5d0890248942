// Run after every change of package-lock.json (npm run lock).
//
// 1. npm leaves out optional packages whose `engines` do not fit the node it runs under, without a word. The native
//    parts of the build are such packages and want node 20 or later; they run under npm's own `node` (22), but are
//    installed by whatever the machine has: 18 on Debian 12. So the lock file does not repeat what they ask for.
// 2. A registry that carries only this platform's native parts leaves those of other platforms out of the lock file,
//    and a later `npm ci` then calls the file incomplete. They are written in by name, version and platform.
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const { packages } = lock;

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** What a native part's name says of the machine it is for: `…-linux-arm64-musl`. */
function platform(name) {
  const words = name.split(/[-/]/);
  const system = name === 'fsevents' ? 'darwin' : SYSTEMS.find((one) => words.includes(one));
  const processor = PROCESSORS.find((one) => words.includes(one));
  const library = words.includes('musl') ? 'musl' : words.includes('gnu') && system === 'linux' ? 'glibc' : null;
  return { ...(processor && { cpu: [processor] }), ...(library && { libc: [library] }), ...(system && { os: [system] }) };
}

/** The places where node looks for `wanted` from the package at `place`, nearest first. */
function* seats(place, wanted) {
  const parts = place.split('/node_modules/');
  for (let depth = parts.length; depth > 0; depth -= 1) yield `${parts.slice(0, depth).join('/node_modules/')}/node_modules/${wanted}`;
  yield `node_modules/${wanted}`;
}

let freed = 0;
let added = 0;
// What nothing asks for any more would be installed all the same, for whatever machine it is.
for (const [place, entry] of Object.entries(packages)) {
  if (!entry.extraneous) continue;
  delete packages[place];
  freed += 1;
}
for (const entry of Object.values(packages)) {
  if (!entry.optional || !entry.engines) continue;
  delete entry.engines;
  freed += 1;
}
for (const [place, entry] of Object.entries(packages)) {
  for (const [wanted, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const nearest = [...seats(place, wanted)].find((seat) => packages[seat]);
    if (nearest && (packages[nearest].version === range || !/^\d/.test(range))) continue;
    const beside = place.includes('/node_modules/') ? `${place.slice(0, place.lastIndexOf('/node_modules/'))}/node_modules/${wanted}` : `node_modules/${wanted}`;
    packages[beside] = { version: range.replace(/^[~^]/, ''), ...platform(wanted), dev: true, optional: true };
    added += 1;
  }
}
if (freed || added) {
  lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}
console.log(`${freed} optional packages relieved of their engines, ${added} of other platforms written in`);
process.exit(process.argv.includes('--check') && (freed || added) ? 1 : 0);
