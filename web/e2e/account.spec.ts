// The station as a client of SIP servers elsewhere, which are played here: what it asks of them, and what of it a setting
// changes without a restart (C10, C11, C19, C20).
//
//   station ──REGISTER──▶ first, or its proxy        silent: ──REGISTER──▶ backup
//           ──INVITE────▶ whoever registered it
import { expect, test } from '@playwright/test';

import { Server } from './sipServer.ts';
import { Station } from './station.ts';

let station: Station;
const servers: Server[] = [];

test.beforeEach(async () => {
  station = await Station.start();
  await station.setUp([]);
  await station.expect('PATCH', '/settings', { 'sip_server.on': false });
  await station.kill('SIGTERM');
  await station.launch();
  await station.logIn();
});
test.afterEach(async () => {
  await station.stop();
  for (const server of servers.splice(0)) server.close();
});

async function openServer(): Promise<Server> {
  const server = await Server.open();
  servers.push(server);
  return server;
}
async function set(values: Record<string, unknown>): Promise<void> {
  expect((await station.expect('PATCH', '/settings', values)).restart_needed).toBe(false);
}

test('C10 C19 C20: period, User-Agent and session timer are as set, from the next message on', async () => {
  const server = await openServer();
  await set({ 'account.server': '127.0.0.1', 'account.port': server.port });
  await server.waitFor('REGISTER', { Expires: '3600', 'User-Agent': 'Lintel' });
  await station.waitForEvent('account.registered');
  await set({ 'account.period': 120, 'call.user_agent': 'Door 7' });
  await server.waitFor('REGISTER', { Expires: '120', 'User-Agent': 'Door 7' });

  await station.expect('POST', '/calls', { to: '200' });
  await server.waitFor('INVITE', { 'User-Agent': 'Door 7', 'Session-Expires': undefined });
  await station.press('hangup');
  await set({ 'call.session_timer': true, 'call.session_timer_period': 600, 'call.session_timer_refresher': 'uas' });
  await station.expect('POST', '/calls', { to: '201' });
  await server.waitFor('INVITE', { 'Session-Expires': '600;refresher=uas', Supported: 'timer' });

  const refused = await station.call('PATCH', '/settings', { 'call.user_agent': 'Door\r\nContact: <sip:evil@192.0.2.66>' });
  expect(refused.status).toBe(422);
  expect(JSON.stringify(refused.body)).toContain('call.user_agent');
  expect((await station.call('PATCH', '/settings', { 'call.session_timer_period': 89 })).status).toBe(422);

  await set({ 'account.server': '' });
  await server.waitFor('REGISTER', { Expires: '0' });
});

test('C11: everything goes by the outbound proxy that is set', async () => {
  const [server, proxy] = [await openServer(), await openServer()];
  await set({ 'account.server': '127.0.0.1', 'account.port': server.port });
  await server.waitFor('REGISTER');
  await set({ 'account.proxy': '127.0.0.1', 'account.proxy_port': proxy.port });
  await server.waitFor('REGISTER', { Expires: '0' });
  const route = `<sip:127.0.0.1:${proxy.port};lr>`;
  await proxy.waitFor('REGISTER', { Route: route });
  await station.expect('POST', '/calls', { to: '200' });
  await proxy.waitFor('INVITE', { Route: route });
});

test('C11: while the first server is silent calls go by the backup, and the console and the journal say so', async () => {
  test.slow();  // each silence takes four seconds to notice
  const [first, backup] = [await openServer(), await openServer()];
  await set({ 'account.server': '127.0.0.1', 'account.port': first.port, 'account.backup': '127.0.0.1', 'account.backup_port': backup.port });
  await first.waitFor('REGISTER');
  await station.waitForEvent('account.registered');
  first.answers = false;
  // Nobody has noticed yet: this call does, and goes by the backup itself.
  await station.expect('POST', '/calls', { to: '200' });
  await backup.waitFor('REGISTER', {}, 15_000);
  await backup.waitFor('INVITE');
  await station.waitForEvent('account.on_backup');
  const attention = (await station.expect('GET', '/overview')).attention;
  expect(attention).toContainEqual(expect.objectContaining({ id: 'account', severity: 'notice' }));
  await station.press('hangup');
  await backup.waitFor('CANCEL');

  backup.answers = false;
  await station.expect('POST', '/calls', { to: '200' });
  const failed = await station.waitForEvent('account.failed', 20_000);
  expect(failed.fields).toContainEqual({ name: 'reason', value: 'The SIP server does not answer.' });
  expect((await station.expect('GET', '/overview')).attention).toContainEqual(expect.objectContaining({ id: 'account', severity: 'warning' }));
  first.answers = true;
  await station.waitFor('the first again', async () =>
    (await station.journal()).filter((entry) => entry.event === 'account.registered').length === 2, 20_000);
});

test('C10: an account goes by TLS where the station itself lets nobody in by it, and says that a certificate is not trusted', async () => {
  await station.expect('PATCH', '/settings', { 'sip_server.tls': false });
  await station.kill('SIGTERM');
  await station.launch();
  await station.logIn();
  // The station's own pages: no authority that this machine knows has signed for them.
  await set({ 'account.server': '127.0.0.1', 'account.port': station.ports.https, 'account.transport': 'tls' });
  const failed = await station.waitForEvent('account.failed');
  expect(failed.fields).toContainEqual({ name: 'reason', value: 'The certificate of the SIP server is not trusted.' });
});

test('security 9: who calls by a server elsewhere under the name of one of our monitors is not taken for it', async () => {
  const server = await openServer();
  await station.expect('POST', '/rooms', { number: '101' });
  const { account } = await station.addPhone('101');
  await set({ 'call.auto_answer': true, 'call.auto_answer_delay': 0, 'account.server': '127.0.0.1', 'account.port': server.port });
  await station.waitForEvent('account.registered');
  await server.call(encodeURIComponent(account));
  await station.waitForEvent('call.incoming');
  const [call] = (await station.expect('GET', '/calls')).items;
  expect(call.state, 'it rings, and somebody has to answer').toBe('arriving');
  expect(call.room, 'no room of ours').toBe(`${account}@127.0.0.1`);
  expect(server.responses.some((text) => text.startsWith('SIP/2.0 200'))).toBe(false);

  await station.press('call');
  await station.waitFor('the answer', async () => server.responses.some((text) => text.startsWith('SIP/2.0 200')));
  await station.press('hangup');
  await station.waitFor('the end', async () => (await station.expect('GET', '/calls')).items.length === 0);

  await server.call('keypad');  // his wrong codes are not to lock the keypad
  const [other] = await station.waitFor('the next call', async () => {
    const { items } = await station.expect('GET', '/calls');
    return items.length > 0 && items;
  });
  expect(other.room).toBe('keypad@127.0.0.1');
});
