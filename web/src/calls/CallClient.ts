import type { DeviceFault } from '@/media/devices';

/**
 * What the monitor needs of a telephone, and no more. `JsSipClient` is the real one; `FakeClient` plays it in tests.
 * One call at a time: a second caller hears 'busy'.
 */

export type LineState = 'offline' | 'connecting' | 'online' | 'reconnecting' | 'refused';

export type EndCause =
  | 'ended' // either side hung up
  | 'answered-elsewhere' // another monitor of the room was first
  | 'missed' // the visitor gave up or nobody answered
  | 'declined' // this monitor declined
  | 'failed'; // media or network broke

export interface IncomingCall {
  id: string;
  /** The caller's number, as the station's server vouches for it. */
  from: string;
  /** Its name for people, where one was sent. */
  name: string;
  /** Milliseconds since the epoch. */
  since: number;
}

export type CallPhase = 'idle' | 'ringing' | 'answering' | 'talking' | 'ended';

export interface CallState {
  phase: CallPhase;
  call: IncomingCall | null;
  muted: boolean;
  camera: boolean;
  /** Why the visitor hears nothing from here, if he does not. */
  unheard: DeviceFault | null;
  cause: EndCause | null;
  /** When talking began, milliseconds since the epoch. */
  answeredAt: number | null;
  /** Why the last step did not work, in words, if it did not. */
  fault: string;
}

export interface CallEvents {
  line(state: LineState, reason: string): void;
  incoming(call: IncomingCall): void;
  confirmed(): void;
  ended(cause: EndCause, reason: string): void;
  media(remote: MediaStream): void;
}

export interface CallClient {
  start(events: CallEvents): void;
  stop(): void;
  /** Answers also without a microphone, to see and hear at least; gives why there is none. */
  answer(): Promise<DeviceFault | undefined>;
  decline(): void;
  hangUp(): void;
  mute(on: boolean): void;
  /** The resident's own camera; off until wanted. Gives why there is none. */
  camera(on: boolean): Promise<DeviceFault | undefined>;
  dtmf(digit: string): void;
  /** Looks at the network again at once, for example when the page is shown again. */
  wake(): void;
}

export interface SipAccountData {
  uri: string;
  user: string;
  password: string;
  domain: string;
  ws_path: string;
}
