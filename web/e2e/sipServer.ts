// A SIP server elsewhere, played by the test.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

const header = (text: string, name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1]?.trim();

// Answers REGISTER with 200 as long as it listens, keeps everything else, and lets calls ring.
export class Server {
  readonly requests: string[] = [];
  readonly responses: string[] = [];
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
    if (text.startsWith('SIP/2.0 ')) this.responses.push(text);
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

  // Calls who registered here, as the user of that name: with sound, if anybody answers.
  async call(user: string): Promise<void> {
    const contact = /<sip:([^@>]+)@([^:;>]+):(\d+)/.exec(header(await this.waitFor('REGISTER'), 'Contact')!)!;
    const body = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n';
    const number = this.responses.length + 1;
    this.socket.send([`INVITE sip:${contact[1]}@${contact[2]}:${contact[3]} SIP/2.0`, `Via: SIP/2.0/UDP 127.0.0.1:${this.port};branch=z9hG4bKcall${number}`,
      'Max-Forwards: 70', `From: <sip:${user}@elsewhere.example>;tag=t${number}`, `To: <sip:${contact[1]}@elsewhere.example>`, `Call-ID: call-${number}`, 'CSeq: 1 INVITE',
      `P-Asserted-Identity: <sip:${user}@elsewhere.example>`, `Contact: <sip:${user}@127.0.0.1:${this.port}>`, 'Content-Type: application/sdp',
      `Content-Length: ${body.length}`, '', body].join('\r\n'), Number(contact[3]), '127.0.0.1');
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
