import { i18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { DeviceFault } from '@/media/devices';
import type { CallClient, CallState, EndCause, IncomingCall, LineState } from './CallClient';

export type CallAction =
  | { type: 'incoming'; call: IncomingCall }
  | { type: 'answer' }
  | { type: 'confirmed'; at: number }
  | { type: 'ended'; cause: EndCause; reason?: string }
  | { type: 'unheard'; why: DeviceFault }
  | { type: 'muted'; on: boolean }
  | { type: 'camera'; on: boolean }
  | { type: 'fault'; reason: string }
  | { type: 'dismiss' };

export const idle: CallState = { phase: 'idle', call: null, muted: false, camera: false, unheard: null, cause: null, answeredAt: null, fault: '' };

const inCall = (state: CallState) => state.phase === 'ringing' || state.phase === 'answering' || state.phase === 'talking';

/**
 * The monitor's call as a state machine. An action that does not fit the phase changes nothing: late events of a
 * call that is over never bring it back.
 */
export function callReducer(state: CallState, action: CallAction): CallState {
  switch (action.type) {
    case 'incoming':
      return inCall(state) ? state : { ...idle, phase: 'ringing', call: action.call };
    case 'answer':
      return state.phase === 'ringing' ? { ...state, phase: 'answering', fault: '' } : state;
    case 'confirmed':
      return state.phase === 'answering' || state.phase === 'ringing' ? { ...state, phase: 'talking', answeredAt: action.at } : state;
    case 'ended':
      return inCall(state) ? { ...state, phase: 'ended', cause: action.cause, muted: false, camera: false, fault: action.reason ?? '' } : state;
    case 'unheard':
      return inCall(state) ? { ...state, unheard: action.why } : state;
    case 'muted':
      return state.phase === 'talking' ? { ...state, muted: action.on } : state;
    case 'camera':
      return state.phase === 'talking' ? { ...state, camera: action.on, fault: '' } : state;
    case 'fault':
      return inCall(state) ? { ...state, phase: state.phase === 'answering' ? 'ringing' : state.phase, fault: action.reason } : state;
    case 'dismiss':
      return state.phase === 'ended' ? idle : state;
  }
}

export interface PhoneState {
  line: LineState;
  lineReason: string;
  call: CallState;
  remote: MediaStream | null;
}

const CAMERA_WORDS = {
  insecure: msg`Camera and microphone need a secure page (https).`,
  missing: msg`No camera was found.`,
  refused: msg`The camera was refused. Allow it for this page in the browser's site settings, then try again.`,
  busy: msg`The camera could not be used. Another program may hold it.`,
};

/** How long 'answered elsewhere' and the like stay on the screen. */
export const ENDED_STAYS_MS = 4_000;

/** Joins a CallClient with the state machine, for React's useSyncExternalStore. */
export class Phone {
  private state: PhoneState = { line: 'offline', lineReason: '', call: idle, remote: null };
  private readonly watchers = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly client: CallClient) {}

  readonly watch = (watcher: () => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };
  readonly get = () => this.state;

  start(): void {
    this.client.start({
      line: (line, lineReason) => this.set({ line, lineReason }),
      incoming: (call) => {
        clearTimeout(this.timer);
        this.set({ remote: null });
        this.dispatch({ type: 'incoming', call });
      },
      confirmed: () => this.dispatch({ type: 'confirmed', at: Date.now() }),
      ended: (cause, reason) => {
        this.dispatch({ type: 'ended', cause, reason });
        this.set({ remote: null });
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.dispatch({ type: 'dismiss' }), ENDED_STAYS_MS);
      },
      media: (remote) => this.set({ remote }),
    });
  }

  stop(): void {
    clearTimeout(this.timer);
    this.client.stop();
  }

  async answer(): Promise<void> {
    if (this.state.call.phase !== 'ringing') return;
    const { call } = this.state.call;
    this.dispatch({ type: 'answer' });
    try {
      const why = await this.client.answer();
      if (why) this.about(call, { type: 'unheard', why });
    } catch {
      this.about(call, { type: 'fault', reason: i18n._(msg`That did not work. Try again.`) });
    }
  }

  decline = () => this.client.decline();
  hangUp = () => this.client.hangUp();
  dtmf = (digit: string) => this.client.dtmf(digit);
  wake = () => this.client.wake();
  dismiss = () => this.dispatch({ type: 'dismiss' });

  mute(on: boolean): void {
    this.client.mute(on);
    this.dispatch({ type: 'muted', on });
  }

  async camera(on: boolean): Promise<void> {
    const { call } = this.state.call;
    try {
      const why = await this.client.camera(on);
      this.about(call, why ? { type: 'fault', reason: i18n._(CAMERA_WORDS[why]) } : { type: 'camera', on });
    } catch {
      this.about(call, { type: 'fault', reason: i18n._(msg`That did not work. Try again.`) });
    }
  }

  /** The person may have thought about the microphone until another call rang: that one it does not concern. */
  private about(call: IncomingCall | null, action: CallAction): void {
    if (this.state.call.call === call) this.dispatch(action);
  }

  private dispatch(action: CallAction): void {
    this.set({ call: callReducer(this.state.call, action) });
  }

  private set(part: Partial<PhoneState>): void {
    this.state = { ...this.state, ...part };
    for (const watcher of this.watchers) watcher();
  }
}
