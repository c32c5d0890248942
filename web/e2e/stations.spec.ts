// Two stations: the second registers at the first one's server, and they call each other (C33, S15, H01).
//
//   back gate (8002) ──REGISTER──▶ front door (8001, the SIP server)
//   front door: 8 0 0 2 call ────▶ back gate rings; its call key answers; both talk; either ends
import { expect, test } from '@playwright/test';

import { Phone } from './baresip.ts';
import { arm, newDevice, pairMonitor, phase } from './pages.ts';
import { Station } from './station.ts';

let front: Station;
let back: Station;
test.afterEach(async () => {
  await back?.stop();
  await front.stop();
});

// The back gate registers at the front door's server.
async function twoStations(): Promise<void> {
  front = await Station.start();
  await front.setUp();
  const account = await front.expect('POST', '/stations', { number: '8002', name: 'Back gate' });
  back = await Station.start();
  await back.setUp();
  await back.expect('PATCH', '/settings', { 'station.number': '8002', 'sip_server.on': false, 'account.server': '127.0.0.1',
    'account.port': front.ports.sip, 'account.password': account.secret ?? account.password });
  await back.kill('SIGTERM');
  await back.launch();
  await back.logIn();
  await front.waitFor('the registration', async () => (await front.journal()).some((entry) => entry.event === 'monitor.registered' && entry.subject === '8002'));
}

test('C33 S15 H01: a station registers at another one and they call each other', async () => {
  await twoStations();
  await front.press('8', '0', '0', '2', 'call');
  await back.waitForEvent('call.incoming');
  await back.press('call');
  await front.waitForEvent('call.answered');
  await back.press('hangup');
  await front.waitForEvent('call.ended');

  await front.waitFor('a quiet front', async () => (await front.expect('GET', '/calls')).items.length === 0);
  const there = await back.call('POST', '/calls', { to: '8001' });
  expect([200, 201], JSON.stringify(there.body)).toContain(there.status);
  await front.waitForEvent('call.incoming');
});

// The monitor's page shows the front door and opens it: a visitor at the back gate must not ring there, nor keep anybody out.
test('C33: a call of the back gate rings at the phones of a room, and at no browser, which knows the front door alone', async ({ browser }) => {
  await twoStations();
  const hall = await newDevice(browser, front);
  await pairMonitor(hall, front, '101');
  await arm(hall);
  const account = await front.addPhone('101');
  const phone = await Phone.start({ user: account.user, password: account.password, port: front.ports.sip });
  try {
    await front.waitFor('the phone', async () => (await front.journal()).some((entry) => entry.event === 'monitor.registered' && entry.subject === account.account));
    await back.expect('POST', '/calls', { to: '101' });
    await phone.waitFor('CALL_INCOMING');
    await expect(hall.page.locator('[data-phase]')).toHaveCount(0);
    await front.press('1', '0', '1', 'call');
    await phase(hall.page, 'ringing');
    await front.press('hangup');
  } finally {
    await phone.stop();
    await hall.context.close();
  }
});
