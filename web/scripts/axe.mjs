// axe over every face against the mock station; serious and critical faults fail: npm run build:mock && npm run axe [pattern]
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { showAll } from './browser.mjs';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const [pattern, widths, schemes] = process.argv.slice(2);
let failed = 0;
const faults = await showAll(
  { only: pattern ? new RegExp(pattern) : undefined, widths: widths?.split(',').map(Number) ?? [360, 1440], schemes: schemes?.split(',') },
  async (page, name) => {
    const found = await page.evaluate(async (text) => {
      // The page's policy forbids scripts from elsewhere; this one comes through the debugger.
      if (!window.axe) (0, window.Function)(text)();
      const result = await window.axe.run(document);
      if (result.passes.length < 5) throw new Error('axe saw nothing');
      return result.violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, nodes: nodes.map((node) => `${node.html.slice(0, 140)} :: ${node.failureSummary?.split('\n')[1] ?? ''}`) }));
    }, source).catch((error) => [{ id: 'axe', impact: 'critical', help: error.message, nodes: [] }]);
    for (const one of found) {
      const bad = one.impact === 'serious' || one.impact === 'critical';
      failed += bad ? 1 : 0;
      console.log(`${bad ? 'FAULT' : 'minor'} ${name}: ${one.id} (${one.impact}) ${one.help}\n    ${one.nodes.slice(0, 3).join('\n    ')}`);
    }
  },
);
for (const fault of faults) console.error(fault);
console.log(failed || faults.length ? `${failed} serious faults, ${faults.length} script faults` : 'no serious fault');
process.exit(failed || faults.length ? 1 : 0);
