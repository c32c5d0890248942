import type { CallClient, CallState, EndCause, IncomingCall, LineState } from './CallClient';

export type CallAction =
  | { type: 'incoming'; call: IncomingCall }
  | { type: 'answer' }
  | { type: 'confirmed'; at: number }
  | { type: 'ended'; cause: EndCause; reason?: string }
  | { type: 'muted'; on: boolean }
  | { type: 'camera'; on: boolean }
  | { type: 'fault'; reason: string }
  | { type: 'dismiss' };

export const idle: CallState = { phase: 'idle', call: null, muted: false, camera: false, cause: null, answeredAt: null, fault: '' };

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
    case 'muted':
      return state.phase === 'talking' ? { ...state, muted: action.on } : state;
    case 'camera':
      return state.phase === 'talking' ? { ...state, camera: action.on } : state;
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
      await this.client.answer();
    } catch (error) {
      // The person may have thought about the microphone until another call rang.
      if (this.state.call.call === call) this.dispatch({ type: 'fault', reason: error instanceof Error ? error.message : String(error) });
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
      await this.client.camera(on);
      if (this.state.call.call === call) this.dispatch({ type: 'camera', on });
    } catch (error) {
      if (this.state.call.call === call) this.dispatch({ type: 'fault', reason: error instanceof Error ? error.message : String(error) });
    }
  }

  private dispatch(action: CallAction): void {
    this.set({ call: callReducer(this.state.call, action) });
  }

  private set(part: Partial<PhoneState>): void {
    this.state = { ...this.state, ...part };
    for (const watcher of this.watchers) watcher();
  }
}
