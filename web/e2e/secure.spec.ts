// The same over TLS, as a phone in the building uses it: HTTPS pages, SIP over WSS (JsSIP), WHEP; and the root that makes it trusted.
// It checks S12, C31 and S15 from a browser's side.
import { expect, test } from '@playwright/test';
import { connect, type TLSSocket } from 'node:tls';

import { arm, movingPicture, newDevice, pairMonitor, phase } from './pages.ts';
import { Station } from './station.ts';

let station: Station;
test.afterEach(async () => station.stop());

test('C31 S15: a monitor over HTTPS and WSS rings with live video, answers and unlocks', async ({ browser }) => {
  station = await Station.start();
  await station.setUp(['101']);
  const monitor = await newDevice(browser, station, { url: `https://localhost:${station.ports.https}`, width: 390, height: 844 });
  const account = await pairMonitor(monitor, station, '101');
  await arm(monitor);
  await station.press('1', '0', '1', 'call');
  await phase(monitor.page, 'ringing');
  await movingPicture(monitor.page);
  await monitor.page.getByRole('button', { name: 'Answer', exact: true }).click();
  await station.waitForEvent('call.answered');
  await monitor.page.locator('[data-door="1"]').click();
  await station.waitFor('the open lock', async () => (await station.lock()).state === 'unlocked');
  expect((await station.waitForEvent('access.unlocked')).subject).toBe(account);
  expect(monitor.faults).toEqual([]);
  await monitor.context.close();
});

test('S12: the root certificate can be downloaded, and with it the station is trusted by name', async () => {
  station = await Station.start();
  const root = await station.call<string>('GET', '/certificate/root.pem');
  expect(root.status).toBe(200);
  expect(root.body).toContain('BEGIN CERTIFICATE');
  expect(root.body).not.toContain('PRIVATE');
  const trusted = await new Promise<TLSSocket>((done, failed) => {
    const socket = connect({ host: '127.0.0.1', port: station.ports.https, servername: 'localhost', ca: root.body }, () => done(socket));
    socket.once('error', failed);
  });
  expect(trusted.authorized).toBe(true);
  trusted.destroy();
});
