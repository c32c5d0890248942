// From the press of the call key to the first picture of the visitor in a monitor in Chromium, milliseconds of each call.
// Before each call nobody watches and the camera sleeps. The last line is JSON.
//
//   make bench BENCH=ring         LINTEL=path/to/lintel for another build
import { chromium } from '@playwright/test';

import configuration from '../playwright.config.ts';
import { arm, newDevice, online, pairMonitor } from '../e2e/pages.ts';
import { Station } from '../e2e/station.ts';

const calls = Number(process.argv[2] ?? 30);
if (!(calls >= 1 && calls <= 1000)) {
  console.error('firstPicture CALLS: a number from 1 to 1000.');
  process.exit(2);
}
const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

const station = await Station.start();
const browser = await chromium.launch(configuration.use!.launchOptions!);
const times: number[] = [];
try {
  await station.setUp(['101']);
  const monitor = await newDevice(browser, station);
  // Each video of the page says when it shows its first frame with something in it.
  await monitor.context.addInitScript(() => {
    const found = new WeakSet<HTMLVideoElement>();
    const told = window as unknown as { shown?: number };
    new MutationObserver(() => {
      for (const video of document.querySelectorAll('video')) {
        if (found.has(video)) continue;
        found.add(video);
        const look = () => video.requestVideoFrameCallback((_now, frame) => {
          told.shown ??= performance.timeOrigin + frame.expectedDisplayTime;
          look();
        });
        look();
      }
    }).observe(document, { childList: true, subtree: true });
  });
  await pairMonitor(monitor, station, '101');
  await arm(monitor);
  for (let call = 0; call < calls + 1; ++call) {
    await online(monitor.page);
    await pause(3_000);
    await station.press('1', '0', '1');
    await monitor.page.evaluate(() => { (window as unknown as { shown?: number }).shown = undefined; });
    const began = performance.timeOrigin + performance.now();
    await station.press('call');
    const shown = await monitor.page.waitForFunction(() => (window as unknown as { shown?: number }).shown, undefined, { polling: 50, timeout: 15_000 });
    if (call > 0) times.push(Math.round((await shown.jsonValue() as number) - began));
    await station.press('hangup');
    await station.waitFor('the end of the call', async () => (await station.expect('GET', '/calls')).items.length === 0);
    await station.press('hangup');
    const close = monitor.page.getByRole('button', { name: 'Close', exact: true });
    if (await close.isVisible().catch(() => false)) await close.click();
  }
} finally {
  await browser.close();
  await station.stop();
}
console.log(JSON.stringify(times));
