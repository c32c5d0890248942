import babel from '@lingui/cli/api/extractors/babel';
import { formatter } from '@lingui/format-po';
import { defineConfig } from '@lingui/conf';
import { extractor as station } from './scripts/station.mjs';

export default defineConfig({
  sourceLocale: 'en',
  locales: ['en', 'de'],
  catalogs: [
    { path: '<rootDir>/src/locales/{locale}/messages', include: ['src'] },
    // What the station itself says: settings, the journal's events, answers. See docs/decisions.
    { path: '<rootDir>/src/locales/{locale}/station', include: ['../src'] },
  ],
  extractors: [babel, station],
  format: formatter({ lineNumbers: false, origins: false }),
});
