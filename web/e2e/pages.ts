// Pages in a real browser: each device has its own context, so its own cookies and storage, as it would have at home.
import { expect, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

import type { Sound } from './sound.ts';
import type { Station } from './station.ts';

export interface Device {
  context: BrowserContext;
  page: Page;
  // What the page did that it must not: script faults, and whatever the content policy refused.
  faults: string[];
}

interface Looks {
  width?: number;
  height?: number;
  colorScheme?: 'light' | 'dark';
  touch?: boolean;
  language?: 'en' | 'de';
  // Where it reaches the station, where that is not the station itself.
  url?: string;
}

export async function newDevice(browser: Browser, station: Station, looks: Looks = {}): Promise<Device> {
  const context = await browser.newContext({
    baseURL: looks.url ?? station.url,
    viewport: { width: looks.width ?? 1280, height: looks.height ?? 800 },
    colorScheme: looks.colorScheme,
    hasTouch: looks.touch,
    locale: looks.language ?? 'en',
    permissions: ['microphone', 'camera'],
  });
  context.setDefaultTimeout(15_000);
  // The tests measure what arrives in the browser: they need its connections.
  await context.addInitScript(() => {
    const peers: RTCPeerConnection[] = [];
    Object.assign(window, { testPeers: peers });
    const Real = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Real {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        peers.push(this);
      }
    };
  });
  const page = await context.newPage();
  const device: Device = { context, page, faults: [] };
  page.on('pageerror', (error) => device.faults.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) device.faults.push(message.text());
  });
  return device;
}

// Pairs this device as a monitor of a room, by the QR code's link or by the short code typed in, and opens its page.
export async function pairMonitor(device: Device, station: Station, room: string, by: 'link' | 'short code' = 'link'): Promise<string> {
  const pairing = await station.expect('POST', '/pairings', { kind: 'monitor', room });
  if (by === 'link') {
    await device.page.goto(pairing.path);
  } else {
    await device.page.goto('/monitor');
    await device.page.getByLabel('Short code').fill(pairing.short_code);
    await device.page.getByRole('button', { name: 'Pair', exact: true }).click();
  }
  await device.page.getByRole('button', { name: 'Allow microphone and bell' }).waitFor();
  return device.page.evaluate(() => JSON.parse(localStorage.getItem('lintel.device.monitor')!).account);
}

export async function arm({ page }: Device): Promise<void> {
  await page.getByRole('button', { name: 'Allow microphone and bell' }).click();
  await online(page);
}

export const online = (page: Page, timeout = 15_000) => expect(page.locator('[data-line]')).toHaveAttribute('data-line', 'online', { timeout });
export const phase = (page: Page, wanted: string, timeout = 15_000) => expect(page.locator(`[data-phase="${wanted}"]`)).toBeVisible({ timeout });

export async function pairPanel(device: Device, station: Station): Promise<void> {
  const pairing = await station.expect('POST', '/pairings', { kind: 'panel', name: 'Front' });
  await device.page.goto(pairing.path);
  await expect(device.page.locator('[data-panel="idle"]')).toBeVisible({ timeout: 15_000 });
}

export async function dial(panel: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await panel.locator(`[data-key="${key}"]`).click();
}

export const light = (panel: Page, id: 'call' | 'talk' | 'unlock', on: boolean) =>
  expect(panel.locator(`[data-light="${id}"]`)).toHaveAttribute('data-on', String(on), { timeout: 15_000 });
export const display = (panel: Page) => panel.getByTestId('panel-display');

export interface Picture { width: number; height: number; grey: number[] }

// The picture that the person sees now: the visible video, made small and grey. Undefined while nothing is shown.
export function picture(page: Page): Promise<Picture | undefined> {
  return page.evaluate(() => {
    const video = [...document.querySelectorAll('video')].find((one) => one.videoWidth > 0 && one.clientWidth > 100 && getComputedStyle(one).opacity === '1');
    if (!video) return undefined;
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 });
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    context.drawImage(video, 0, 0, 64, 48);
    const bytes = context.getImageData(0, 0, 64, 48).data;
    const grey: number[] = [];
    for (let i = 0; i < bytes.length; i += 4) grey.push(Math.round((bytes[i]! * 3 + bytes[i + 1]! * 6 + bytes[i + 2]!) / 10));
    return { width: video.videoWidth, height: video.videoHeight, grey };
  });
}

export function difference(a: Picture, b: Picture): number {
  return a.grey.reduce((sum, value, i) => sum + Math.abs(value - b.grey[i]!), 0) / a.grey.length;
}

const brightest = (shown: Picture) => Math.max(...shown.grey);

// Waits until a picture is shown that is not black, and then until a different one is: it moves. Gives the last one.
export async function movingPicture(page: Page, timeout = 20_000): Promise<Picture> {
  let first: Picture | undefined;
  let last: Picture | undefined;
  await expect.poll(async () => {
    const shown = await picture(page);
    if (shown && brightest(shown) > 60) first ??= last = shown;
    return first !== undefined;
  }, { message: 'a picture that is not black', timeout }).toBe(true);
  await expect.poll(async () => {
    last = await picture(page) ?? last;
    return difference(first!, last!);
  }, { message: 'a picture that moves', timeout: 10_000 }).toBeGreaterThan(0.3);
  return last!;
}

interface Sounding { energy: number; seconds: number }

// Energy of the decoded sound that has arrived by all connections of the page (a monitor at rest has none with sound).
export function heard(page: Page): Promise<Sounding> {
  return page.evaluate(async () => {
    let energy = 0, seconds = 0;
    for (const peer of (window as unknown as { testPeers: RTCPeerConnection[] }).testPeers) {
      if (peer.connectionState === 'closed') continue;
      (await peer.getStats()).forEach((report) => {
        if (report.type !== 'inbound-rtp' || report.kind !== 'audio') return;
        energy += report.totalAudioEnergy ?? 0;
        seconds += report.totalSamplesDuration ?? 0;
      });
    }
    return { energy, seconds };
  });
}

// What the monitor's loudspeaker plays of a call, for some seconds, as a recording.
export async function listen(page: Page, seconds: number): Promise<Sound> {
  const rate = 16_000;
  const samples = await page.evaluate(async ([length, sampleRate]) => {
    const element = document.querySelector<HTMLAudioElement>('#lintel-remote-sound')!;
    const context = new AudioContext({ sampleRate });
    const source = context.createMediaStreamSource(element.srcObject as MediaStream);
    const recorder = context.createScriptProcessor(4096, 1, 1);
    const kept: number[] = [];
    await new Promise<void>((done) => {
      recorder.onaudioprocess = ({ inputBuffer }) => {
        for (const value of inputBuffer.getChannelData(0)) kept.push(Math.round(value * 32767));
        if (kept.length >= length! * sampleRate!) done();
      };
      source.connect(recorder).connect(context.destination);
    });
    await context.close();
    return kept;
  }, [seconds, rate] as const);
  return { rate, samples: Float32Array.from(samples, (value) => value / 32768) };
}

// A network cable between a device and the station, which can be pulled.
export class Cable {
  private server!: Server;
  private readonly ends = new Set<Socket>();
  private whole = true;

  static async to(station: Station): Promise<Cable> {
    const cable = new Cable();
    cable.server = createServer((near) => {
      if (!cable.whole) return void near.destroy();
      const far = connect(station.ports.http, '127.0.0.1');
      for (const [from, into] of [[near, far], [far, near]] as const) {
        cable.ends.add(from);
        from.on('error', () => into.destroy());
        from.on('close', () => { cable.ends.delete(from); into.destroy(); });
        from.pipe(into);
      }
    });
    await new Promise<void>((done) => cable.server.listen(0, '127.0.0.1', done));
    return cable;
  }

  get url(): string { return `http://localhost:${(this.server.address() as AddressInfo).port}`; }

  pull(): void {
    this.whole = false;
    for (const end of this.ends) end.destroy();
  }

  plug(): void { this.whole = true; }

  // Nothing that is connected now hears or says anything any more, and neither end is told; new connections work.
  silence(): void {
    for (const end of this.ends) end.unpipe();
  }

  async remove(): Promise<void> {
    this.pull();
    await new Promise((done) => this.server.close(done));
  }
}

// A picture for the documentation, taken where LINTEL_PICTURES is set: they change only when somebody wants them to.
export async function documented(page: Page, name: string): Promise<void> {
  if (process.env.LINTEL_PICTURES) await page.screenshot({ path: join(import.meta.dirname, '../../docs/pictures', name), animations: 'disabled' });
}
