// baresip as the phone of a room: registers, rings, answers, sends digits, keeps what it hears (as a .wav) and sees.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PhoneOptions {
  user: string;
  password: string;
  port: number;              // of the station's SIP server
  transport?: 'udp' | 'tcp' | 'tls';
  audio?: string;            // baresip's audio source: "ausine,440", "aufile,/path.wav"
  mediaEncryption?: string;  // "srtp" for SDES
  server?: string;           // the station's address
  own?: string;              // the phone's, towards it
  control?: { namespace: string; host: string };  // a network namespace to run in, and where its control port is reached
}

async function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}

export class Phone {
  readonly folder = mkdtempSync(join(tmpdir(), 'lintel-phone-'));
  readonly events: any[] = [];
  output = '';
  private pictures = 0;
  private process!: ChildProcess;
  private control!: Socket;
  private received = Buffer.alloc(0);

  static async start(options: PhoneOptions): Promise<Phone> {
    const phone = new Phone();
    const control = options.control ? 25_061 : await freePort();  // nobody else is in a namespace of its own
    const controlHost = options.control?.host ?? '127.0.0.1';
    const modules = ['account', 'contact', 'menu', 'ctrl_tcp', 'uuid', 'opus', 'g722', 'g711', 'ausine', 'aufile', 'sndfile',
      'avcodec', 'fakevideo', 'snapshot', 'srtp', 'stun', 'auresample'].filter((name) => existsSync(`/usr/lib/baresip/modules/${name}.so`));
    mkdirSync(join(phone.folder, 'recorded'));
    writeFileSync(join(phone.folder, 'config'), [
      'poll_method epoll', `sip_listen ${options.own ?? '127.0.0.1'}:0`, 'call_local_timeout 120', 'call_max_calls 4', 'audio_level no',
      `audio_source ${options.audio ?? 'ausine,440'}`, `snd_path ${join(phone.folder, 'recorded')}`, 'ausrc_srate 48000', 'auplay_srate 48000', 'ausrc_channels 2', 'auplay_channels 2',
      'video_source fakevideo,nil', 'video_display fakevideo,nil', 'video_size 320x240', 'video_fps 10', 'video_bitrate 100000',
      'rtp_timeout 60',  'module_path /usr/lib/baresip/modules',
      ...modules.map((name) => (['account', 'contact', 'menu', 'ctrl_tcp'].includes(name) ? `module_app ${name}.so` : `module ${name}.so`)),
      `ctrl_tcp_listen ${controlHost}:${control}`, '',
    ].join('\n'));
    const user = encodeURIComponent(options.user);
    const transport = options.transport ?? 'udp';
    writeFileSync(join(phone.folder, 'accounts'),
      `<sip:${user}@VDP>;auth_user=${options.user};auth_pass=${options.password};outbound="sip:${options.server ?? '127.0.0.1'}:${options.port};transport=${transport}"`
      + `;regint=300;answermode=manual;audio_codecs=opus/48000/2,pcmu,pcma;dtmfmode=auto`
      + `${options.mediaEncryption ? `;mediaenc=${options.mediaEncryption}` : ''}\n`);
    writeFileSync(join(phone.folder, 'contacts'), '');
    const [program, ...before] = [...(options.control ? ['ip', 'netns', 'exec', options.control.namespace] : []), '/usr/bin/baresip'];
    phone.process = spawn(program!, [...before, '-4', '-f', phone.folder, ...(process.env.LINTEL_LOG ? ['-s'] : [])], { stdio: ['pipe', 'pipe', 'pipe'] });
    const keep = (chunk: Buffer) => { phone.output += chunk.toString(); if (process.env.LINTEL_LOG) process.stderr.write(chunk); };
    phone.process.stdout!.on('data', keep);
    phone.process.stderr!.on('data', keep);
    for (let tries = 0; ; ++tries) {
      try {
        phone.control = await new Promise<Socket>((done, failed) => {
          const socket = connect(control, controlHost, () => done(socket));
          socket.once('error', failed);
        });
        break;
      } catch (error) {
        if (tries > 200) throw new Error(`baresip did not start: ${error}\n${phone.output}`);
        await new Promise((done) => setTimeout(done, 25));
      }
    }
    phone.control.on('data', (chunk) => phone.read(chunk));
    phone.control.on('error', () => undefined);
    return phone;
  }

  private read(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
    for (;;) {  // netstrings: "12:{…},"
      const colon = this.received.indexOf(':');
      if (colon < 0) return;
      const length = Number(this.received.subarray(0, colon).toString());
      if (this.received.length < colon + length + 2) return;
      this.events.push(JSON.parse(this.received.subarray(colon + 1, colon + 1 + length).toString()));
      this.received = this.received.subarray(colon + length + 2);
    }
  }

  command(command: string, params = ''): void {
    const text = JSON.stringify({ command, params, token: 'e2e' });
    this.control.write(`${Buffer.byteLength(text)}:${text},`);
  }

  async waitFor(type: string, milliseconds = 10_000): Promise<any> {
    const deadline = Date.now() + milliseconds;
    for (;;) {
      const found = this.events.find((event) => event.type === type);
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`The phone waited in vain for ${type}; it saw ${this.events.map((e) => e.type)}\n${this.output.slice(-3000)}`);
      await new Promise((done) => setTimeout(done, 25));
    }
  }

  answer(): void { this.command('accept'); }
  hangUp(): void { this.command('hangup'); }
  digit(digit: string): void { this.command('sndcode', digit); }
  dial(uri: string): void { this.command('dial', uri); }

  // What it sees now, as a PNG of baresip's own decoder; undefined before a picture came.
  snapshot(): string | undefined {
    const path = join(this.folder, 'seen.png');
    if (existsSync(path) && readFileSync(path).subarray(-8, -4).toString('latin1') === 'IEND') {
      const taken = join(this.folder, `seen-${this.pictures++}.png`);
      renameSync(path, taken);
      return taken;
    }
    this.command('snapshot_recv', path);
    return undefined;
  }

  // The recording of what came in, decoded.
  get heard(): string {
    const folder = join(this.folder, 'recorded');
    const found = readdirSync(folder).find((name) => name.endsWith('dec.wav'));
    if (!found) throw new Error(`Nothing was recorded: ${readdirSync(folder)}`);
    return join(folder, found);
  }

  async stop(): Promise<void> {
    const gone = new Promise((done) => this.process.once('exit', done));
    this.control.destroy();
    this.process.kill('SIGKILL');
    await gone;
    if (!process.env.LINTEL_KEEP) rmSync(this.folder, { recursive: true, force: true });
  }
}
