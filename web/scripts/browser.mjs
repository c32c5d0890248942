// A browser and a mock station for the scripts that look at pages: screenshots and axe.
import { spawn } from 'node:child_process';
import { chromium } from 'playwright-core';

export const WIDTHS = [360, 768, 1440];
const HEIGHTS = { 360: 780, 768: 1024, 1440: 900 };

const DEVICE = (kind) => JSON.stringify({
  kind, account: kind === 'panel' ? 'panel-1' : '101#1', password: 'secret', room: kind === 'panel' ? undefined : '101',
  station: { name: 'Main entrance', number: '8001' }, sip: { uri: 'sip:101%231@VDP', user: '101#1', password: 'secret', domain: 'VDP', ws_path: '/sip' },
});

/** Every face worth looking at: its address, what to prepare and what to do before looking. */
export const FACES = [
  { name: 'setup', url: '/', fresh: true },
  { name: 'login', url: '/' },
  ...['/', '/live', '/journal', '/household/rooms', '/household/monitors', '/household/stations', '/access/doors', '/access/codes', '/access/cards', '/settings/calls', '/settings/streams', '/panel/hardware', '/system/accounts', '/system/machines', '/system/certificate', '/system/about'].map((path) => ({
    name: `console${path === '/' ? '-overview' : path.replaceAll('/', '-')}`, url: `/#${path}`, login: true,
  })),
  { name: 'console-rooms-batch', url: '/#/household/rooms', login: true, act: (page) => page.getByRole('button', { name: 'Add many' }).click() },
  { name: 'console-pair', url: '/#/household/rooms', login: true, act: (page) => page.getByRole('button', { name: 'Pair a monitor with room 101' }).click() },
  { name: 'console-settings-errors', url: '/#/settings/calls', login: true, act: async (page) => {
    await page.getByLabel('Ring for').fill('500');
    await page.getByLabel('Number of the centre').fill('abc');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('is not between').waitFor();
  } },
  { name: 'console-search', url: '/', login: true, act: async (page) => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('10');
    await page.waitForTimeout(400);
  } },
  { name: 'monitor-pair', url: '/monitor' },
  { name: 'monitor-arm', url: '/monitor', device: 'monitor' },
  { name: 'monitor-home', url: '/monitor', device: 'monitor', act: (page) => page.getByRole('button', { name: /Allow microphone/ }).click() },
  { name: 'monitor-ringing', url: '/monitor', device: 'monitor', act: (page) => page.evaluate(() => window.lintelFake.ring({ from: '8001' })) },
  { name: 'monitor-talking', url: '/monitor', device: 'monitor', act: async (page) => {
    await page.evaluate(() => window.lintelFake.ring({ from: '8001' }));
    await page.getByRole('button', { name: 'Answer' }).click();
  } },
  { name: 'monitor-elsewhere', url: '/monitor', device: 'monitor', act: (page) => page.evaluate(() => {
    window.lintelFake.ring();
    window.lintelFake.end('answered-elsewhere');
  }) },
  { name: 'panel-idle', url: '/panel', device: 'panel', act: (page) => page.keyboard.press('Escape') },
  { name: 'panel-calling', url: '/panel', device: 'panel', act: async (page) => {
    for (const key of ['1', '0', '1', 'Enter']) await page.keyboard.press(key);
    await page.waitForTimeout(300);
  } },
  { name: 'panel-pair', url: '/panel' },
];

async function mock(port, fresh) {
  const child = spawn(process.execPath, ['mock/server.mjs'], { env: { ...process.env, MOCK_PORT: String(port), MOCK_FRESH: fresh ? '1' : '', MOCK_DIST: 'build/mock' }, stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child;
}

/** Shows each wanted face in each wanted look; `look` sees the page when it stands still. */
export async function showAll({ only, widths = WIDTHS, schemes = ['light', 'dark'], language = 'en' }, look) {
  const stations = [await mock(5191, false), await mock(5192, true)];
  const browser = await chromium.launch({ executablePath: process.env.LINTEL_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] });
  const faults = [];
  try {
    for (const width of widths)
      for (const scheme of schemes) {
        for (const face of FACES.filter((one) => !only || only.test(one.name))) {
          const context = await browser.newContext({ viewport: { width, height: HEIGHTS[width] ?? 800 }, colorScheme: scheme, reducedMotion: 'reduce', serviceWorkers: 'block', permissions: ['microphone', 'camera'], locale: language });
          const base = `http://127.0.0.1:${face.fresh ? 5192 : 5191}`;
          if (face.login) await context.request.post(`${base}/api/v1/login`, { data: { account: 'admin', password: 'good' } });
          const page = await context.newPage();
          page.on('console', (message) => /Content Security Policy|Refused to/.test(message.text()) && faults.push(`${face.name}: ${message.text()}`));
          page.on('pageerror', (error) => faults.push(`${face.name}: ${error.message}`));
          if (face.device) await page.addInitScript(([key, value]) => localStorage.setItem(key, value), [`lintel.device.${face.device}`, DEVICE(face.device)]);
          await page.goto(base + face.url);
          await page.waitForTimeout(500);
          try {
            await face.act?.(page);
          } catch (error) {
            faults.push(`${face.name} ${width} ${scheme}: ${error.message.split('\n')[0]}`);
          }
          await page.waitForTimeout(350);
          await look(page, `${face.name}-${width}-${scheme}`);
          await context.close();
        }
      }
  } finally {
    await browser.close();
    for (const child of stations) child.kill();
  }
  return faults;
}
