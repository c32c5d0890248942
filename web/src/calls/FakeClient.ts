import type { DeviceFault } from '@/media/devices';
import type { CallClient, CallEvents, EndCause, IncomingCall } from './CallClient';

/** A telephone without a network: the test plays the visitor. */
export class FakeClient implements CallClient {
  events: CallEvents | null = null;
  readonly said: string[] = [];
  /** What is the matter with the microphone or camera of this device. */
  fault: DeviceFault | undefined;

  start(events: CallEvents): void {
    this.events = events;
    events.line('online', '');
  }
  stop(): void {
    this.said.push('stop');
  }
  async answer(): Promise<DeviceFault | undefined> {
    this.said.push('answer');
    this.events?.confirmed();
    return this.fault;
  }
  decline(): void {
    this.said.push('decline');
    this.events?.ended('declined', '');
  }
  hangUp(): void {
    this.said.push('hang-up');
    this.events?.ended('ended', '');
  }
  mute(on: boolean): void {
    this.said.push(on ? 'mute' : 'unmute');
  }
  async camera(on: boolean): Promise<DeviceFault | undefined> {
    this.said.push(on ? 'camera-on' : 'camera-off');
    return this.fault;
  }
  dtmf(digit: string): void {
    this.said.push(`dtmf ${digit}`);
  }
  wake(): void {
    this.said.push('wake');
  }

  ring(call: Partial<IncomingCall> = {}): void {
    this.events?.incoming({ id: 'fake', from: '8001', name: '', since: Date.now(), ...call });
  }
  end(cause: EndCause, reason = ''): void {
    this.events?.ended(cause, reason);
  }
}
