// HTTP as an attacker speaks it: verbatim paths, any source address of this machine, any header.
import { createHash } from 'node:crypto';
import { request as plainRequest, type IncomingHttpHeaders } from 'node:http';
import { request as secureRequest } from 'node:https';
import { connect } from 'node:net';

import type { Station } from './station.ts';

export interface Heard { status: number; body: any; text: string; headers: IncomingHttpHeaders }
interface Wish { body?: unknown; text?: string; headers?: Record<string, string>; from?: string; secure?: boolean }

export function ask(station: Station, method: string, path: string, wish: Wish = {}): Promise<Heard> {
  const data = wish.text ?? (wish.body === undefined ? undefined : JSON.stringify(wish.body));
  return new Promise((done, failed) => {
    const request = (wish.secure ? secureRequest : plainRequest)({
      host: '127.0.0.1', port: wish.secure ? station.ports.https : station.ports.http, method, path, localAddress: wish.from ?? '127.0.0.1', rejectUnauthorized: false,
      agent: false,
      headers: { ...(data === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(data) }), ...wish.headers },
    }, (response) => {
      const stream = String(response.headers['content-type']).startsWith('text/event-stream');
      let text = '';
      const over = () => {
        let body: any;
        try { body = JSON.parse(text); } catch { /* not JSON */ }
        done({ status: response.statusCode!, body, text, headers: response.headers });
      };
      response.on('data', (chunk) => { text += chunk; }).on('end', over);
      if (stream) { over(); response.destroy(); }
    });
    request.on('error', failed);
    request.end(data);
  });
}

// Sends bytes, and answers what came back until the end, or until nothing comes any more.
export function raw(port: number, bytes: string, from = '127.0.0.1'): Promise<string> {
  return new Promise((done) => {
    let text = '';
    const socket = connect({ port, host: '127.0.0.1', localAddress: from }, () => socket.write(bytes));
    socket.setTimeout(1_500, () => socket.destroy());
    socket.on('data', (chunk) => { text += chunk; if (text.includes('\r\n\r\n') && text.startsWith('RTSP')) socket.destroy(); });
    socket.on('error', () => {}).on('close', () => done(text));
  });
}

export function upgrade(station: Station, path: string, wish: { protocol: string; headers?: Record<string, string> }): Promise<{ status: number }> {
  return new Promise((done, failed) => {
    const request = plainRequest({
      host: '127.0.0.1', port: station.ports.http, path,
      headers: { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==', 'Sec-WebSocket-Protocol': wish.protocol, ...wish.headers },
    }, (response) => { response.resume(); done({ status: response.statusCode! }); });
    request.on('upgrade', (_, socket) => { socket.destroy(); done({ status: 101 }); });
    request.on('error', failed);
    request.end();
  });
}

const hash = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex');

export function digest(challenge: string, user: string, password: string, method: string, uri: string): string {
  const value = (name: string) => new RegExp(`${name}="?([^",]+)`).exec(challenge)?.[1] ?? '';
  const algorithm = value('algorithm') === 'SHA-256' ? 'sha256' : 'md5';
  const ha1 = hash(algorithm, `${user}:${value('realm')}:${password}`);
  const response = hash(algorithm, `${ha1}:${value('nonce')}:00000001:c0ffee:auth:${hash(algorithm, `${method}:${uri}`)}`);
  return `Digest username="${user}", realm="${value('realm')}", nonce="${value('nonce')}", uri="${uri}", response="${response}", algorithm=${value('algorithm') || 'MD5'}, qop=auth, nc=00000001, cnonce="c0ffee"`;
}

export function credentialsFor(challenged: Heard, user: string, password: string, method: string, uri: string): string {
  const header = challenged.headers['www-authenticate'];
  return digest(String(header ?? '').split(/,\s*(?=Digest )/)[0]!, user, password, method, uri);
}
