// The station as a client of SIP servers elsewhere, which are played here: what it asks of them, and what of it a setting
// changes without a restart (C10, C11, C19, C20).
//
//   station ──REGISTER──▶ first, or its proxy        silent: ──REGISTER──▶ backup
//           ──INVITE────▶ whoever registered it
import { expect, test } from '@playwright/test';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

import { Station } from './station.ts';

// Answers REGISTER with 200 as long as it listens, keeps everything else, and lets calls ring.
class Server {
  readonly requests: string[] = [];
  answers = true;
  private constructor(private readonly socket: Socket) {
    socket.on('message', (data, from) => this.heard(data.toString(), from));
  }
  static async open(): Promise<Server> {
    const socket = createSocket('udp4');
    await new Promise<void>((done) => socket.bind(0, '127.0.0.1', () => done()));
    return new Server(socket);
  }
  get port(): number { return this.socket.address().port; }
  close(): void { this.socket.close(); }

  private heard(text: string, from: RemoteInfo): void {
    if (!/^[A-Z]+ /.test(text) || !this.answers) return;
    this.requests.push(text);
    const method = text.split(' ')[0]!;
    if (method === 'ACK') return;
    const copied = text.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq|Contact):/.test(line))
      .map((line) => (line.startsWith('To:') && !line.includes(';tag=') ? `${line};tag=server` : line));
    if (method !== 'REGISTER') copied.splice(copied.findIndex((line) => line.startsWith('Contact:')), 1);
    const status = method === 'INVITE' ? '180 Ringing' : '200 OK';
    this.socket.send([`SIP/2.0 ${status}`, ...copied, `Expires: ${header(text, 'Expires') ?? ''}`, 'Content-Length: 0', '', ''].join('\r\n'), from.port, from.address);
  }

  // The newest request of that method that has all of these headers.
  async waitFor(method: string, headers: Record<string, string | undefined> = {}, milliseconds = 10_000): Promise<string> {
    const deadline = Date.now() + milliseconds;
    for (;;) {
      const found = this.requests.findLast((text) => text.startsWith(`${method} `)
        && Object.entries(headers).every(([name, value]) => header(text, name) === value));
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`No ${method} with ${JSON.stringify(headers)} came, but:\n${this.requests.join('\n')}`);
      await new Promise((done) => setTimeout(done, 25));
    }
  }
}

const header = (text: string, name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1]?.trim();

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
