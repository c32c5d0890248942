import { UNATTENDED } from './attendance';
import { apiUrl, checkSession } from './client';
import type { Call, CameraState, CardIssue, Hello, JournalEntry, Lock, LockState, PanelState } from './types';

/** What GET /events sends, by the name of the event. */
export interface Events {
  hello: Hello;
  journal: JournalEntry;
  panel: PanelState;
  card: CardIssue;
  lock: { number: number; state: LockState; held_open?: boolean } & Partial<Lock>;
  call: Call;
  monitor: { account: string; online: boolean };
  camera: CameraState;
  setting: { keys?: string[] };
}

export type Link = 'connecting' | 'online' | 'reconnecting';
type Name = keyof Events;
const NAMES: Name[] = ['hello', 'journal', 'panel', 'card', 'lock', 'call', 'monitor', 'camera', 'setting'];
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15_000;
/** The station says something every 15 seconds; one that lost its power does not say that either. */
export const SILENT_MS = 50_000;
/** A page that nobody saw for so long may have slept, and its connection died without a word. */
export const SLEPT_MS = 10_000;

/**
 * One event stream for the whole page. It reconnects by itself; the journal is caught up from the last id seen, by
 * the browser's own Last-Event-ID while the stream only stalls, by `last_event_id` after it was closed for good.
 */
export class EventLink {
  private source: EventSource | null = null;
  private readonly listeners = new Map<string, Set<(data: never) => void>>();
  private readonly watchers = new Set<() => void>();
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private delay = FIRST_RETRY_MS;
  private lastId = '';
  private hiddenAt: number | undefined;
  private state: Link = 'connecting';

  get link(): Link {
    return this.state;
  }

  start(): void {
    document.addEventListener('visibilitychange', this.looked);
    window.addEventListener('online', this.renew);
    this.open();
  }

  private open(): void {
    if (this.source) return;
    const source = new EventSource(apiUrl('/events', { last_event_id: this.lastId, ...UNATTENDED }));
    this.source = source;
    this.heard();
    source.addEventListener('beat', () => this.heard());
    source.onopen = () => {
      this.heard();
      this.delay = FIRST_RETRY_MS;
      this.become('online');
    };
    source.onerror = () => {
      this.become('reconnecting');
      if (source.readyState !== EventSource.CLOSED) return;
      this.drop();
      void checkSession().catch(() => undefined);
      this.retry = setTimeout(() => this.open(), this.delay);
      this.delay = Math.min(this.delay * 2, LAST_RETRY_MS);
    };
    for (const name of NAMES) {
      source.addEventListener(name, (event) => {
        const message = event as MessageEvent<string>;
        this.heard();
        if (name === 'journal' && message.lastEventId) this.lastId = message.lastEventId;
        this.deliver(name, message.data);
      });
    }
  }

  private heard(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      this.become('reconnecting');
      this.renew();
    }, SILENT_MS);
  }

  private readonly looked = (): void => {
    const slept = this.hiddenAt !== undefined && Date.now() - this.hiddenAt > SLEPT_MS;
    this.hiddenAt = document.visibilityState === 'visible' ? undefined : Date.now();
    if (slept && this.hiddenAt === undefined) this.renew();
  };

  private readonly renew = (): void => {
    clearTimeout(this.retry);
    this.drop();
    this.open();
  };

  stop(): void {
    document.removeEventListener('visibilitychange', this.looked);
    window.removeEventListener('online', this.renew);
    this.hiddenAt = undefined;
    clearTimeout(this.retry);
    this.drop();
    this.become('connecting');
  }

  on<N extends Name>(name: N, listener: (data: Events[N]) => void): () => void {
    const set = this.listeners.get(name) ?? new Set();
    set.add(listener as (data: never) => void);
    this.listeners.set(name, set);
    return () => set.delete(listener as (data: never) => void);
  }

  watch(listener: () => void): () => void {
    this.watchers.add(listener);
    return () => this.watchers.delete(listener);
  }

  private deliver(name: Name, text: string): void {
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch {
      return;
    }
    for (const listener of this.listeners.get(name) ?? []) listener(data as never);
  }

  private drop(): void {
    clearTimeout(this.silence);
    this.source?.close();
    this.source = null;
  }

  private become(state: Link): void {
    if (state === this.state) return;
    this.state = state;
    for (const watcher of this.watchers) watcher();
  }
}

export const events = new EventLink();
