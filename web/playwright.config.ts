import { defineConfig } from '@playwright/test';

/** The end-to-end tests of the pages against a running station; LINTEL_URL names it. */
export default defineConfig({
  testDir: './e2e',
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 60_000,
  // Real calls on a busy machine lose a packet now and then; a second failure is a failure.
  retries: process.env.CI ? 1 : 0,
  reporter: [['list']],
  outputDir: 'test-results',
  use: {
    baseURL: process.env.LINTEL_URL ?? 'http://127.0.0.1:8080',
    ignoreHTTPSErrors: true,
    trace: 'retain-on-failure',
    permissions: ['microphone', 'camera'],
    launchOptions: {
      executablePath: process.env.LINTEL_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-quic',
        '--no-first-run',
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        '--autoplay-policy=no-user-gesture-required',
      ],
    },
  },
});
