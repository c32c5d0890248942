// The real telephone of the monitor page (JsSIP) against a scripted SIP server inside the browser's WebSocket:
// registers, rings, answers with sound and picture, hears 'answered elsewhere'. npm run build && npm run phone
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chromium } from 'playwright-core';

const PORT = 5193;
const station = spawn(process.execPath, ['mock/server.mjs'], { env: { ...process.env, MOCK_PORT: String(PORT), MOCK_FRESH: '', MOCK_DIST: 'dist' }, stdio: ['ignore', 'pipe', 'inherit'] });
await new Promise((resolve) => station.stdout.once('data', resolve));
const browser = await chromium.launch({ executablePath: process.env.LINTEL_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] });
const context = await browser.newContext({ serviceWorkers: 'block', permissions: ['microphone', 'camera'], locale: 'en' });
const page = await context.newPage();
page.on('pageerror', (error) => console.error('page:', error.message));

const header = (message, name) => new RegExp(`^${name}\\s*:\\s*(.*)$`, 'im').exec(message)?.[1] ?? '';
const vias = (message) => [...message.matchAll(/^Via:.*$/gim)].map((match) => match[0]).join('\r\n');
const sent = [];
let socket;
let contact = '';
const waiting = [];
const expect = (test) => new Promise((resolve, reject) => {
  const found = sent.find(test);
  if (found) return resolve(found);
  const timer = setTimeout(() => reject(new Error(`not heard: ${test}\n${sent.map((one) => one.split('\r\n')[0]).join('\n')}`)), 10_000);
  waiting.push({ test, done: (message) => { clearTimeout(timer); resolve(message); } });
});

await page.routeWebSocket(/\/sip$/, (ws) => {
  socket = ws;
  ws.onMessage((message) => {
    sent.push(message);
    for (const one of waiting.filter((candidate) => candidate.test(message))) one.done(message);
    if (!message.startsWith('REGISTER')) return;
    contact = header(message, 'Contact');
    ws.send(['SIP/2.0 200 OK', vias(message), `From: ${header(message, 'From')}`, `To: ${header(message, 'To')};tag=r`, `Call-ID: ${header(message, 'Call-ID')}`, `CSeq: ${header(message, 'CSeq')}`, `Contact: ${contact};expires=300`, 'Content-Length: 0', '', ''].join('\r\n'));
  });
});

// The station's live view: a peer in the page itself answers, with a picture that moves.
const ended = [];
await page.route('**/api/v1/whep/**', async (route) => {
  if (route.request().method() === 'DELETE') {
    ended.push(new URL(route.request().url()).pathname);
    return route.fulfill({ status: 204 });
  }
  const answer = await page.evaluate(async (sdp) => {
    const peer = new RTCPeerConnection();
    (window.livePeers ??= []).push(peer);
    const canvas = document.createElement('canvas');
    setInterval(() => canvas.getContext('2d').fillRect(0, 0, Math.random() * 300, 99), 100);
    await peer.setRemoteDescription({ type: 'offer', sdp });
    peer.addTrack(canvas.captureStream(10).getVideoTracks()[0]);
    await peer.setLocalDescription();
    await new Promise((done) => (peer.iceGatheringState === 'complete' ? done() : (peer.onicegatheringstatechange = () => peer.iceGatheringState === 'complete' && done())));
    return peer.localDescription.sdp;
  }, route.request().postData());
  return route.fulfill({ status: 201, contentType: 'application/sdp', headers: { Location: '/api/v1/whep/sessions/live-1' }, body: answer });
});

const request = (method, branch, call, sequence, extra = [], body = '') => [
  `${method} ${/<([^>]+)>/.exec(contact)?.[1]} SIP/2.0`, `Via: SIP/2.0/WS station.invalid;branch=z9hG4bK${branch}`, 'Max-Forwards: 70', 'From: "Main entrance" <sip:8001@VDP>;tag=f',
  `To: <sip:101%231@VDP>${extra.tag ?? ''}`, `Call-ID: ${call}`, `CSeq: ${sequence} ${method}`, 'Contact: <sip:8001@station.invalid;transport=ws>', ...extra,
  ...(body ? ['Content-Type: application/sdp'] : []), `Content-Length: ${Buffer.byteLength(body)}`, '', body,
].join('\r\n');

try {
  const sip = { uri: 'sip:101%231@VDP', user: '101#1', password: 'secret', domain: 'VDP', ws_path: '/sip' };
  await page.addInitScript((device) => localStorage.setItem('lintel.device.monitor', JSON.stringify(device)), { kind: 'monitor', account: '101#1', password: 'secret', room: '101', station: { name: 'Main entrance', number: '8001' }, sip });
  await page.goto(`http://127.0.0.1:${PORT}/monitor`);
  const register = await expect((message) => message.startsWith('REGISTER'));
  assert.match(header(register, 'To'), /sip:101%231@VDP/i);
  assert.match(contact, /reg-id=1/);
  assert.match(contact, /\+sip\.instance=/);
  await page.locator('[data-line=online]').waitFor();

  // The station's offer, as it makes it: sound both ways, picture one way, all candidates inside.
  const offer = await page.evaluate(async () => {
    const peer = (window.stationPeer = new RTCPeerConnection());
    const canvas = document.createElement('canvas');
    setInterval(() => canvas.getContext('2d').fillRect(0, 0, Math.random() * 300, 99), 100);
    peer.addTransceiver('audio', { direction: 'sendrecv' });
    peer.addTransceiver(canvas.captureStream(10).getVideoTracks()[0], { direction: 'sendonly' });
    await peer.setLocalDescription();
    await new Promise((done) => (peer.iceGatheringState === 'complete' ? done() : (peer.onicegatheringstatechange = () => peer.iceGatheringState === 'complete' && done())));
    return peer.localDescription.sdp;
  });

  socket.send(request('INVITE', 'one', 'call-one', 1, [], offer));
  await page.locator('[data-phase=ringing]').waitFor();
  await expect((message) => message.startsWith('SIP/2.0 180'));
  // C01: the picture moves before anybody answers.
  await page.locator('[data-phase=ringing] [data-state=live]').waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll('video')].some((video) => video.videoWidth > 0 && video.currentTime > 0.3));
  await page.getByRole('button', { name: 'Answer' }).click();
  const ok = await expect((message) => message.startsWith('SIP/2.0 200') && header(message, 'CSeq') === '1 INVITE');
  const answer = ok.slice(ok.indexOf('\r\n\r\n') + 4);
  assert.match(answer, /m=audio[\s\S]*a=sendrecv[\s\S]*m=video[\s\S]*a=recvonly/);
  const tag = /;tag=(\S+)/.exec(header(ok, 'To'))[1];
  socket.send(request('ACK', 'ack', 'call-one', 1, Object.assign([], { tag: `;tag=${tag}` })));
  await page.evaluate((sdp) => window.stationPeer.setRemoteDescription({ type: 'answer', sdp }), answer);
  await page.locator('[data-phase=talking]').waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll('video')].some((video) => video.videoWidth > 0 && !video.paused), undefined, { timeout: 10_000 });
  // The call brings its own picture; the live view ends by DELETE.
  await page.waitForFunction(() => document.querySelectorAll('[data-state]').length === 0);
  await page.waitForTimeout(200);
  assert.deepEqual(ended, ['/api/v1/whep/sessions/live-1']);
  socket.send(request('BYE', 'bye', 'call-one', 2, Object.assign([], { tag: `;tag=${tag}` })));
  await page.locator('[data-cause=ended]').waitFor();

  socket.send(request('INVITE', 'two', 'call-two', 1, [], offer));
  await page.locator('[data-phase=ringing]').waitFor();
  socket.send(request('CANCEL', 'two', 'call-two', 1, ['Reason: SIP;cause=200;text="Call completed elsewhere"']));
  await page.locator('[data-cause=answered-elsewhere]').waitFor();

  socket.send(request('INVITE', 'three', 'call-three', 1, [], offer));
  await page.locator('[data-phase=ringing]').waitFor();
  await page.getByRole('button', { name: 'Decline' }).click();
  await expect((message) => message.startsWith('SIP/2.0 603'));

  await page.locator('[data-line=online]').waitFor();
  await socket.close({ code: 1012 });
  await page.locator('[data-line=reconnecting]').waitFor();
  sent.length = 0;
  await expect((message) => message.startsWith('REGISTER'));
  await page.locator('[data-line=online]').waitFor();
  console.log('registers, rings, shows live video before the answer, answers with picture, ends, hears answered elsewhere, declines, reconnects');
} finally {
  await browser.close();
  station.kill();
}
