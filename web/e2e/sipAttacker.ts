// A SIP user agent made of text, with the manners of an attacker.
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { connect } from 'node:net';

import { digest } from './attacker.ts';
import type { Station } from './station.ts';

interface Wish { extra?: string; user?: string; password?: string; host?: string; tcp?: boolean; as?: string; wait?: boolean }

export class SipAttacker {
  requests: string[] = []; // what came to us that is no answer
  private answers: string[] = [];
  private sequence = 0;

  private constructor(private readonly station: Station, private readonly socket: Socket, private readonly from: string) {
    socket.on('message', (data) => {
      const text = data.toString();
      if (text.startsWith('SIP/2.0 ')) this.answers.push(text);
      else if (text.trim() !== '') this.requests.push(text);
    });
  }

  static async open(station: Station, from: string): Promise<SipAttacker> {
    const socket = createSocket('udp4');
    await new Promise<void>((done) => socket.bind(0, from, () => done()));
    return new SipAttacker(station, socket, from);
  }
  close(): void { this.socket.close(); }

  private text(method: string, target: string, from: string, call: string, branch: string, extra: string, host = 'VDP', to = target): string {
    const [user, parameters] = [target.split(';')[0]!, target.includes(';') ? `;${target.split(';')[1]}` : ''];
    const { port } = this.socket.address();
    const uri = method === 'REGISTER' ? 'sip:VDP' : `sip:${encodeURIComponent(user)}@${host}${parameters}`;
    return [
      `${method} ${uri} SIP/2.0`, `Via: SIP/2.0/UDP ${this.from}:${port};branch=${branch};rport`, 'Max-Forwards: 70',
      `From: <sip:${encodeURIComponent(from)}@VDP>;tag=${call}`, `To: <sip:${encodeURIComponent(to.split(';')[0]!)}@VDP>`, `Call-ID: ${call}`,
      `CSeq: ${++this.sequence} ${method}`, `Contact: <sip:x@${this.from}:${port}>`, ...extra.split('\r\n').filter(Boolean), 'Content-Length: 0', '', '',
    ].join('\r\n');
  }

  private send(message: string): void { this.socket.send(message, this.station.ports.sip, '127.0.0.1'); }

  private async answer(branch: string): Promise<string | undefined> {
    for (let i = 0; i < 150; ++i) {
      const at = this.answers.findIndex((text) => text.includes(branch) && !text.startsWith('SIP/2.0 1'));
      if (at >= 0) return this.answers.splice(at, 1)[0];
      await new Promise((done) => setTimeout(done, 10));
    }
    return undefined;
  }

  private overTcp(message: string): Promise<string> {
    return new Promise((done) => {
      const socket = connect({ port: this.station.ports.sip, host: '127.0.0.1', localAddress: this.from }, () => socket.write(message.replace('SIP/2.0/UDP', 'SIP/2.0/TCP')));
      socket.setTimeout(1_500, () => socket.destroy());
      socket.on('data', (data) => { done(data.toString()); socket.destroy(); }).on('error', () => {}).on('close', () => done(''));
    });
  }

  // The status of the final answer; 0 when none came. With a user it answers the challenge.
  async request(method: string, target: string, from: string, wish: Wish = {}): Promise<number> {
    const call = randomBytes(8).toString('hex');
    const branch = () => `z9hG4bK${randomBytes(8).toString('hex')}`;
    const to = method === 'REGISTER' ? wish.as ?? target : target;
    const first = branch();
    const message = this.text(method, target, method === 'REGISTER' ? to : from, call, first, wish.extra ?? '', wish.host, to);
    let text: string | undefined;
    if (wish.tcp) text = await this.overTcp(message);
    else { this.send(message); text = await this.answer(first); }
    const challenge = text && /(?:WWW|Proxy)-Authenticate: (Digest [^\r]*)/.exec(text)?.[1];
    if (text === undefined || wish.user === undefined || !challenge) return Number(text?.split(' ')[1] ?? 0);
    const uri = message.split(' ')[1]!;
    const header = `${text.includes('WWW-Authenticate') ? '' : 'Proxy-'}Authorization: ${digest(challenge, wish.user, wish.password ?? '', method, uri)}\r\n`;
    const second = branch();
    this.send(this.text(method, target, method === 'REGISTER' ? to : from, call, second, `${header}${wish.extra ?? ''}`, wish.host, to));
    if (wish.wait === false) return 0;
    return Number((await this.answer(second))?.split(' ')[1] ?? 0);
  }

  register(user: string, password: string, wish: Wish = {}): Promise<number> {
    return this.request('REGISTER', user, user, { ...wish, user, password, extra: 'Expires: 300\r\n' });
  }

  // Answers a request that came to us, with a description.
  respond(request: string, status: string, body: string): void {
    const copied = request.split('\r\n').filter((line) => /^(Via|Record-Route|From|To|Call-ID|CSeq):/.test(line))
      .map((line) => (line.startsWith('To:') ? `${line};tag=phone` : line));
    this.send([`SIP/2.0 ${status}`, ...copied, `Contact: <sip:x@${this.from}:${this.socket.address().port}>`,
      'Content-Type: application/sdp', `Content-Length: ${body.length}`, '', body].join('\r\n'));
  }

  fire(method: string, user: string): void {
    this.send(this.text(method, user, user, randomBytes(6).toString('hex'), `z9hG4bK${randomBytes(6).toString('hex')}`, ''));
  }
}
