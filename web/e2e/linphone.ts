// Linphone (its daemon, without screen or sound card) as the phone of a room: registers, rings, answers, sends digits, and says
// what arrives.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

export interface LinphoneOptions {
  user: string;
  password: string;
  port: number; // of the station's SIP server
  transport: 'udp' | 'tcp' | 'tls';
  digits: 'rfc4733' | 'info';
  root?: string; // the station's root certificate, for TLS
  encryption?: 'srtp' | 'srtp-mandatory';
}

export class Linphone {
  readonly folder = mkdtempSync(join(tmpdir(), 'lintel-linphone-'));
  output = '';
  private process!: ChildProcess;
  private control!: Socket;
  private get pipe(): string { return join('/tmp', `${basename(this.folder)}-control`); }

  static async start(options: LinphoneOptions): Promise<Linphone> {
    const phone = new Linphone();
    for (const folder of ['.local/share/linphone', '.config/linphone', '.cache/linphone']) mkdirSync(join(phone.folder, folder), { recursive: true });
    const config = join(phone.folder, 'linphonerc');
    const root = join(phone.folder, 'root.pem');
    if (options.root) writeFileSync(root, options.root);
    // Its TLS compares names, not addresses, with the certificate. 'Outbound proxy' (the route) because VDP is no name of the DNS.
    const server = `<sip:${options.root ? 'localhost' : '127.0.0.1'}:${options.port};transport=${options.transport};lr>`;
    writeFileSync(config, [
      '[proxy_0]', `reg_proxy=${server}`, `reg_route=${server}`, `reg_identity=sip:${encodeURIComponent(options.user)}@VDP`, 'reg_sendregister=1', 'reg_expires=300',
      '[auth_info_0]', `username=${options.user}`, `passwd=${options.password}`, 'realm=VDP',
      '[sip]', 'default_proxy=0', 'sip_port=-1', 'sip_tcp_port=-1', 'sip_tls_port=-1', 'bind_address=127.0.0.1', ...(options.root ? [`root_ca=${root}`] : []),
      `use_rfc2833=${options.digits === 'info' ? 0 : 1}`, `use_info=${options.digits === 'info' ? 1 : 0}`, 'ipv6=0', `media_encryption=${options.encryption ? 'srtp' : 'none'}`,
      `media_encryption_mandatory=${options.encryption === 'srtp-mandatory' ? 1 : 0}`,
      '[net]', 'firewall_policy=0', 'stun_server=',
      '[rtp]', 'audio_rtp_port=-1', 'video_rtp_port=-1',
      '[video]', 'enabled=1', 'capture=0', 'display=1', 'automatically_accept=1', 'automatically_initiate=1', '',
    ].join('\n'));
    phone.process = spawn('/usr/bin/linphone-daemon', ['--config', config, '--pipe', basename(phone.pipe), '-D', '--disable-stats-events', '--log', join(phone.folder, 'log')], {
      stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: phone.folder },
    });
    const keep = (chunk: Buffer) => { phone.output += chunk.toString(); };
    phone.process.stdout!.on('data', keep);
    phone.process.stderr!.on('data', keep);
    for (let tries = 0; ; ++tries) {
      try {
        phone.control = await new Promise<Socket>((done, failed) => {
          const socket = connect(phone.pipe, () => done(socket));
          socket.once('error', failed);
        });
        break;
      } catch (error) {
        if (tries > 400) throw new Error(`linphone-daemon did not start: ${error}\n${phone.output}`);
        await new Promise((done) => setTimeout(done, 25));
      }
    }
    phone.control.on('error', () => undefined);
    return phone;
  }

  // One command and what the daemon answers to it: one write of 'Status: …' and what belongs to it.
  ask(command: string): Promise<string> {
    return new Promise((done, failed) => {
      const late = setTimeout(() => failed(new Error(`Linphone did not answer to ${command}\n${this.output.slice(-3000)}`)), 10_000);
      this.control.once('data', (chunk) => {
        clearTimeout(late);
        done(chunk.toString());
      });
      this.control.write(`${command}\n`);
    });
  }

  // 'IncomingReceived', 'StreamsRunning', …; empty without a call.
  async state(): Promise<string> { return /LinphoneCall(\w+)/.exec(await this.ask('call-status 1'))?.[1] ?? ''; }

  get log(): string { return readFileSync(join(this.folder, 'log'), 'latin1'); }

  decodedPicture(): boolean { return this.log.includes('First video frame decoded successfully'); }

  async stop(): Promise<void> {
    const gone = new Promise((done) => this.process.once('exit', done));
    this.control.destroy();
    this.process.kill('SIGKILL');
    await gone;
    rmSync(this.pipe, { force: true });
    if (!process.env.LINTEL_KEEP) rmSync(this.folder, { recursive: true, force: true });
  }
}
