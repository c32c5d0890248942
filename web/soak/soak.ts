// The station over hours: a call every two seconds with picture and sound, an unlock in each, players and browsers joining
// and leaving. At quiet points, with nobody watching, its descriptors, threads and memory are read; after the warm-up they
// must stay where they were.
//
//   make soak MINUTES=60          after a warm-up as long (LINTEL_SOAK_WARM_UP=minutes for another one);
//                                 LINTEL=path/to/lintel for another build (sanitizers), LINTEL_SOAK_MEMORY=off with those
import { chromium, type Browser } from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

import { Phone } from '../e2e/baresip.ts';
import { Station } from '../e2e/station.ts';

const minutes = Number(process.argv[2] ?? 60);
if (!(minutes > 0 && minutes <= 24 * 60)) {
  console.error('soak MINUTES: a number from 1 to 1440.');
  process.exit(2);
}
// Each new peak leaves holes in the heap, and there are fewer new ones all the time: it takes an hour until none comes.
const looksAtMemory = process.env.LINTEL_SOAK_MEMORY !== 'off';
const warmUp = looksAtMemory ? Number(process.env.LINTEL_SOAK_WARM_UP ?? minutes) : 0;
if (!(warmUp >= 0 && warmUp <= 24 * 60)) {
  console.error('LINTEL_SOAK_WARM_UP: minutes from 0 to 1440.');
  process.exit(2);
}
const length = (warmUp + minutes) * 60_000;
const rounds = Math.max(6, Math.min(80, Math.round((warmUp + minutes) / 1.5)));
const callEvery = 2_000;
const memoryMayGrow = 1.01;

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

interface Reading { at: number; descriptors: number; threads: number; memory: number }

function read(pid: number): Reading {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    at: Date.now(),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: Number(/Threads:\s*(\d+)/.exec(status)![1]),
    memory: Number(/RssAnon:\s*(\d+)/.exec(status)![1]),
  };
}

// Its thread is there as long as anybody looks, or has not been missed yet.
const cameraRuns = (pid: number) => readdirSync(`/proc/${pid}/task`).some((thread) => {
  try {
    return readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').startsWith('source:');
  } catch {
    return false; // it ended just now
  }
});

class Players {
  joined = 0;
  private running = new Set<ChildProcess>();
  private open = true;
  constructor(private readonly url: string) {}

  // One after the other, each for some seconds, over TCP and UDP in turn.
  async watch(): Promise<void> {
    while (this.open) {
      const transport = this.joined++ % 2 === 0 ? 'tcp' : 'udp';
      const began = Date.now();
      const player = spawn('ffmpeg', ['-v', 'quiet', '-rtsp_transport', transport, '-i', this.url, '-t', '4', '-f', 'null', '-'], { stdio: 'ignore' });
      this.running.add(player);
      const limit = setTimeout(() => player.kill('SIGKILL'), 10_000);
      await new Promise((done) => player.once('exit', done));
      clearTimeout(limit);
      this.running.delete(player);
      if (Date.now() - began < 1_000) await pause(1_000); // it was refused: not over and over at once
    }
  }
  stop(): void {
    this.open = false;
    for (const player of this.running) player.kill('SIGINT'); // it takes its leave: over UDP its end would be noticed late
  }
}

// A browser that opens the live view, sees frames, and closes it again, over and over.
async function browse(browser: Browser, station: Station, keepOn: () => boolean): Promise<number> {
  const page = await browser.newPage({ baseURL: station.url });
  await page.goto('/');
  let seen = 0;
  const credentials = { account: 'admin', password: 'Wren-Cedar-84' };
  await page.evaluate(async (body) => {
    const answer = await fetch('/api/v1/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    (window as any).csrf = (await answer.json()).csrf;
  }, credentials);
  do {
    const frames = await page.evaluate(async () => {
      const peer = new RTCPeerConnection();
      peer.addTransceiver('video', { direction: 'recvonly' });
      peer.addTransceiver('audio', { direction: 'recvonly' });
      await peer.setLocalDescription();
      while (peer.iceGatheringState !== 'complete') await new Promise((done) => setTimeout(done, 20));
      const headers = { 'Content-Type': 'application/sdp', 'X-Lintel-CSRF': (window as any).csrf };
      const answer = await fetch('/api/v1/whep/main', { method: 'POST', headers, body: peer.localDescription!.sdp });
      if (answer.status !== 201) return -answer.status;
      await peer.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
      await new Promise((done) => setTimeout(done, 3_000));
      let decoded = 0;
      for (const report of (await peer.getStats()).values()) if (report.type === 'inbound-rtp' && report.kind === 'video') decoded = report.framesDecoded ?? 0;
      await fetch(answer.headers.get('Location')!, { method: 'DELETE', headers });
      peer.close();
      return decoded;
    });
    if (frames > 0) ++seen;
    else console.error(frames < 0 ? `A browser was refused: ${-frames}.` : "A browser saw no picture.");
  } while (keepOn());
  await page.close();
  return seen;
}

const station = await Station.start();
await station.setUp(['101']);
await station.expect('PATCH', '/settings', { 'lock1.interval': 0, 'lock1.period': 1, 'security.request_rate': 10_000 });
const recorder = await station.expect('POST', '/machine-accounts', { name: 'recorder', rights: ['rtsp'] });
const account = await station.addPhone('101');
const phone = await Phone.start({ user: account.user, password: account.password, port: station.ports.sip });
await station.waitForEvent('monitor.registered');
const browser = await chromium.launch({
  executablePath: process.env.LINTEL_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-quic', '--no-first-run', '--autoplay-policy=no-user-gesture-required'],
});

// What is kept up to a bound is full before anything is compared: the last events for pages that come back, and what the
// database keeps of the journal in memory, for the one who writes and for who reads. By calls alone that took half an hour.
// A door that is opened over and over within its second is one line of the journal, a change of a setting is one each.
for (let count = 0; count < 5_000; ++count) {
  await station.expect('PATCH', '/settings', { 'lock1.period': 1 + (count % 2) });
  await station.expect('POST', '/locks/1/unlock');
}
let lines = 0;
for (let cursor = ''; ;) {
  const page = await station.expect('GET', `/journal?limit=500${cursor}`);
  lines += page.items.length;
  if (!page.next_cursor) break;
  cursor = `&cursor=${page.next_cursor}`;
}
if (lines < 5_000) throw new Error(`The journal was to be filled, and has ${lines} lines.`);

let calls = 0, failed = 0, players = 0, viewers = 0;
async function call(): Promise<void> {
  phone.events.length = 0;
  await station.press('1', '0', '1', 'call');
  await phone.waitFor('CALL_INCOMING', 5_000);
  phone.answer();
  await phone.waitFor('CALL_ESTABLISHED', 5_000);
  await pause(600);
  if (calls % 2 === 0) phone.digit('#');
  else await station.call('POST', '/locks/1/unlock');
  await pause(300);
  if (calls % 3 === 0) phone.hangUp();
  else await station.press('hangup');
  await phone.waitFor('CALL_CLOSED', 5_000);
  ++calls;
}

const readings: Reading[] = [];
const began = Date.now();
let round = 0;
try {
  for (; round < rounds; ++round) {
    const until = began + ((round + 1) * length) / rounds;
    const watching = new Players(`rtsp://recorder:${recorder.secret}@127.0.0.1:${station.ports.rtsp}/main`);
    const watched = [watching.watch(), watching.watch()];
    const browsed = browse(browser, station, () => Date.now() < until).catch((error) => { console.error(`A viewer failed: ${error}`); return 0; });
    while (Date.now() < until) {
      if (station.process.exitCode !== null || station.process.signalCode !== null) throw new Error(`The station is gone:\n${station.output.slice(-8_000)}`);
      const next = Date.now() + callEvery;
      try {
        await call();
      } catch (error) {
        ++failed;
        console.error(`A call failed: ${String(error).split('\n')[0]}`);
        await station.call('POST', '/panel/keys', { key: 'hangup' });
        phone.hangUp();
      }
      await pause(Math.max(0, next - Date.now()));
    }
    watching.stop();
    await Promise.all(watched);
    viewers += await browsed;
    players += watching.joined;
    for (let waited = 0; cameraRuns(station.process.pid!) && waited < 90; ++waited) await pause(1_000);
    await pause(12_000);  // what is free in holes goes back, which is looked at every ten seconds
    readings.push(read(station.process.pid!));
    const { descriptors, threads, memory } = readings.at(-1)!;
    console.log(`${Math.round((Date.now() - began) / 1000)} s: ${calls} calls (${failed} failed), ${players} players, ${viewers} browsers; `
      + `${descriptors} descriptors, ${threads} threads, ${memory} kB`);
  }
} finally {
  await browser.close();
  await phone.stop();
  await station.stop();
}

// A single reading moves by more than what may stay behind in an hour: holes in the heap come and go with whoever watched
// last. So the median of the first quarter after the warm-up stands beside that of the last.
const measured = readings.filter((reading) => reading.at >= began + warmUp * 60_000);
const quarter = Math.max(1, Math.floor(measured.length / 4));
const median = (of: Reading[]) => {
  const middle = (what: keyof Reading) => of.map((reading) => reading[what]).sort((a, b) => a - b)[Math.floor(of.length / 2)]!;
  return { descriptors: middle('descriptors'), threads: middle('threads'), memory: middle('memory') };
};
const warm = median(measured.slice(0, quarter));
const last = median(measured.slice(-quarter));
console.log(`Medians: ${warm.descriptors} descriptors, ${warm.threads} threads, ${warm.memory} kB after the warm-up; `
  + `${last.descriptors}, ${last.threads}, ${last.memory} kB at the end (${((last.memory / warm.memory - 1) * 100).toFixed(1)} %).`);
const complaints: string[] = [];
if (failed > 0) complaints.push(`${failed} of ${calls + failed} calls failed`);
if (viewers === 0) complaints.push('no browser ever saw a picture');
if (last.descriptors > warm.descriptors) complaints.push(`descriptors grew from ${warm.descriptors} to ${last.descriptors}`);
if (last.threads > warm.threads) complaints.push(`threads grew from ${warm.threads} to ${last.threads}`);
if (looksAtMemory && last.memory > warm.memory * memoryMayGrow) complaints.push(`memory grew from ${warm.memory} to ${last.memory} kB`);
if (/Sanitizer|runtime error/.test(station.output)) complaints.push(`a sanitizer spoke:\n${station.output.slice(-8_000)}`);
for (const complaint of complaints) console.error(complaint);
console.log(complaints.length === 0 ? 'The station held.' : 'The station did not hold.');
process.exit(complaints.length === 0 ? 0 : 1);
