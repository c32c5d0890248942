// Starts the real station on free ports with an empty data folder, and speaks its API as a person or a machine would.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '../..');

export interface Ports {
  http: number;
  https: number;
  sip: number;
  sips: number;
  rtsp: number;
  rtsps: number;
}

export interface Answer<T = any> {
  status: number;
  body: T;
  headers: Record<string, string | string[] | undefined>;
}

export const adminPassword = 'Wren-Cedar-84';

export class Station {
  process!: ChildProcess;
  output = '';
  ports!: Ports;
  host = '127.0.0.1';
  private cookie = '';
  private csrf = '';

  private constructor(readonly data: string, private readonly options: string[], private readonly environment: Record<string, string>,
    private readonly under: string[] = [], private readonly network = ['--bind', '127.0.0.1', '--loopback-media']) {}

  static async start(options: string[] = [], data = mkdtempSync(join(tmpdir(), 'lintel-e2e-')), environment: Record<string, string> = {}): Promise<Station> {
    const station = new Station(data, options, environment);
    await station.launch();
    return station;
  }

  // In a network namespace, as a machine of its own on the network; `host` says where it is reached, once it is.
  static async startIn(namespace: string, data = mkdtempSync(join(tmpdir(), 'lintel-e2e-')), command: string[] = []): Promise<Station> {
    const station = new Station(data, [], {}, ['ip', 'netns', 'exec', namespace, ...command], ['--bind', '0.0.0.0']);
    await station.launch();
    return station;
  }

  // Below a command that runs it and stays out of its way: the station keeps the command's process number.
  static async startUnder(command: string[], data: string): Promise<Station> {
    const station = new Station(data, [], {}, command);
    await station.launch();
    return station;
  }

  async launch(): Promise<void> {
    const program = process.env.LINTEL ?? join(repository, 'build/dev/src/app/lintel');
    const ready = join(this.data, 'ready.json');
    rmSync(ready, { force: true });
    this.output = '';
    const [command, ...before] = [...this.under, program];
    this.process = spawn(command!, [...before,
      '--data', this.data, '--web', join(repository, 'web/dist'), '--ready-file', ready,
      '--http-port', '0', '--https-port', '0', '--sip-port', '0', '--sips-port', '0', '--rtsp-port', '0', '--rtsps-port', '0',
      ...this.network, '--camera', 'test', '--microphone', 'test', '--speaker', 'test', ...this.options,
    ], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...this.environment } });
    const keep = (chunk: Buffer) => { this.output += chunk.toString(); if (process.env.LINTEL_LOG) process.stderr.write(chunk); };
    this.process.stdout!.on('data', keep);
    this.process.stderr!.on('data', keep);
    const deadline = Date.now() + 20_000;
    while (!existsSync(ready)) {
      if (this.process.exitCode !== null) throw new Error(`The station ended with ${this.process.exitCode}:\n${this.output}`);
      if (Date.now() > deadline) throw new Error(`The station was not ready in time:\n${this.output}`);
      await new Promise((done) => setTimeout(done, 25));
    }
    this.ports = JSON.parse(readFileSync(ready, 'utf8')).ports;
    while (!this.output.includes('is running')) await new Promise((done) => setTimeout(done, 5));
  }

  get url(): string { return `http://localhost:${this.ports.http}`; }

  get oneTimeCode(): string {
    const found = /one-time code: *([A-Za-z0-9-]+)/i.exec(this.output);
    if (!found) throw new Error(`No one-time code was printed:\n${this.output}`);
    return found[1]!;
  }

  // One request of the REST API, with the session of the last log-in.
  call<T = any>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    const data = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((done, failed) => {
      const request = httpRequest({
        host: this.host, port: this.ports.http, method, path: `/api/v1${path}`,
        headers: {
          ...(data === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(data) }),
          ...(this.cookie ? { Cookie: this.cookie, 'X-Lintel-CSRF': this.csrf } : {}), ...headers,
        },
      }, (response) => {
        let text = '';
        response.on('data', (chunk) => { text += chunk; });
        response.on('end', () => {
          let parsed: any = text;
          try { parsed = JSON.parse(text); } catch { /* a picture or an empty answer */ }
          for (const cookie of response.headers['set-cookie'] ?? [])
            if (cookie.startsWith('lintel_session=')) this.cookie = cookie.split(';')[0]!;
          done({ status: response.statusCode!, body: parsed, headers: response.headers });
        });
      });
      request.on('error', failed);
      request.end(data);
    });
  }

  async expect<T = any>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.call<T>(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async logIn(account = 'admin', password = adminPassword): Promise<void> {
    this.cookie = '';
    const answer = await this.expect('POST', '/login', { account, password });
    this.csrf = answer.csrf;
  }

  // S01 and what follows, by API: for tests whose subject is something else.
  async setUp(rooms: string[] = ['101']): Promise<void> {
    await this.expect('POST', '/setup', {
      code: this.oneTimeCode, password: adminPassword, password_repeat: adminPassword, email: 'owner@example.org',
    });
    await this.logIn();
    for (const number of rooms) await this.expect('POST', '/rooms', { number });
  }

  async addPhone(room: string): Promise<{ account: string; user: string; password: string }> {
    return this.expect('POST', '/monitors', { room, kind: 'phone', name: 'Kitchen' });
  }

  async journal(query = ''): Promise<any[]> { return (await this.expect('GET', `/journal?limit=200${query}`)).items; }

  async waitFor<T>(what: string, look: () => Promise<T | undefined | false>, milliseconds = 10_000): Promise<T> {
    const deadline = Date.now() + milliseconds;
    for (;;) {
      const seen = await look();
      if (seen) return seen;
      if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.\n${this.output.slice(-4000)}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  waitForEvent(event: string, milliseconds = 10_000): Promise<any> {
    return this.waitFor(`the journal's ${event}`, async () => (await this.journal()).find((entry) => entry.event === event), milliseconds);
  }

  async press(...keys: string[]): Promise<any> {
    let state: any;
    for (const key of keys) state = await this.expect('POST', '/panel/keys', { key });
    return state;
  }

  async lock(number = 1): Promise<any> {
    return (await this.expect('GET', '/locks')).items.find((lock: any) => lock.number === number);
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = new Promise((done) => this.process.once('exit', done));
    this.process.kill(signal);
    await gone;
  }

  // Stops the whole process for a while, as a machine does that swaps or sleeps.
  async holdUp(milliseconds: number): Promise<void> {
    this.process.kill('SIGSTOP');
    await new Promise((done) => setTimeout(done, milliseconds));
    this.process.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.kill('SIGTERM');
    rmSync(this.data, { recursive: true, force: true });
  }
}

// Every file below a folder.
export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}
