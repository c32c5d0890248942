// A SIP server elsewhere, played by the test.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

const header = (text: string, name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1]?.trim();

// Answers REGISTER with 200 as long as it listens, keeps everything else, and lets calls ring.
export class Server {
  readonly requests: string[] = [];
  answers = true;
  private constructor(private readonly socket: Socket) {
    socket.on('message', (data, from) => this.heard(data.toString(), from));
  }
  static async open(host = '127.0.0.1'): Promise<Server> {
    const socket = createSocket('udp4');
    await new Promise<void>((done) => socket.bind(0, host, () => done()));
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
