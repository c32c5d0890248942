import type { EndEvent, PeerConnectionEvent, RTCSession } from 'jssip/lib/RTCSession';
import type { IncomingRTCSessionEvent, UA } from 'jssip/lib/UA';
import { type DeviceFault, VOICE, stopTracks, take } from '@/media/devices';
import { piece } from '@/shared/piece';
import type { CallClient, CallEvents, SipAccountData } from './CallClient';
import { brokenBy, causeOf } from './causes';
import { instanceId } from './instance';

/** The station decides how long it rings; the monitor only must not give up before it. */
const NEVER_ANSWERED_LIMIT_S = 600;
const REGISTER_EVERY_S = 300;
const RETRY_MIN_S = 2;
const RETRY_MAX_S = 10;
/** A station that does not answer a question by then is not at the other end of the connection any more. */
export const ANSWER_LIMIT_MS = 5_000;

/** The registered account needs its user escaped: `101#1` would otherwise end at the fragment mark. */
export const addressOf = (account: SipAccountData) => `sip:${encodeURIComponent(account.user)}@${account.domain}`;

export function socketUrl(path: string, location: Pick<Location, 'protocol' | 'host'> = window.location): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`;
}

/** JsSIP takes the last of several challenges and gives up unless it is MD5: the others are kept from it. */
export const withoutOtherDigests = (message: unknown): unknown =>
  typeof message === 'string' ? message.replace(/^(?:WWW|Proxy)-Authenticate:[^\r\n]*algorithm="?SHA[^\r\n]*\r\n/gim, '') : message;

function onlyMd5(socket: object, heard: () => void): void {
  let deliver: ((data: unknown) => void) | undefined;
  Object.defineProperty(socket, 'ondata', {
    get: () => (data: unknown) => {
      deliver?.(withoutOtherDigests(data));
      heard();
    },
    set: (wanted: typeof deliver) => {
      deliver = wanted;
    },
  });
}

const isRefusal = (status: number | undefined) => status === 401 || status === 403 || status === 407;

/** The telephone is no part of the page's first load. */
const loadJsSip = () => piece(() => import('jssip'));
export type Load = typeof loadJsSip;

export class JsSipClient implements CallClient {
  private ua: UA | null = null;
  private events: CallEvents | null = null;
  private session: RTCSession | null = null;
  private microphone: MediaStream | null = null;
  private ownVideo: MediaStreamTrack | null = null;
  private talking = false;
  private closedHere = false;
  private stopped = false;
  private wasOnline = false;
  /** Set while an answer of the station is waited for. */
  private asking: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly account: SipAccountData,
    private readonly load: Load = loadJsSip,
  ) {}

  start(events: CallEvents): void {
    this.events = events;
    this.stopped = false;
    events.line('connecting', '');
    window.addEventListener('online', this.wake);
    window.addEventListener('offline', this.networkLost);
    void this.connect();
  }

  private async connect(): Promise<void> {
    const loaded = await this.load().catch(() => null);
    if (this.stopped) return;
    if (!loaded) {
      this.events?.line('reconnecting', '');
      setTimeout(() => this.stopped || void this.connect(), RETRY_MAX_S * 1_000);
      return;
    }
    const { default: JsSIP } = loaded;
    const socket = new JsSIP.WebSocketInterface(socketUrl(this.account.ws_path || '/sip'));
    onlyMd5(socket, () => this.heard());
    const ua = new JsSIP.UA({
      sockets: [socket],
      uri: addressOf(this.account),
      authorization_user: this.account.user,
      password: this.account.password,
      instance_id: instanceId,
      register: true,
      register_expires: REGISTER_EVERY_S,
      no_answer_timeout: NEVER_ANSWERED_LIMIT_S,
      connection_recovery_min_interval: RETRY_MIN_S,
      connection_recovery_max_interval: RETRY_MAX_S,
      user_agent: 'Lintel monitor',
    });
    this.ua = ua;
    const line = (state: Parameters<CallEvents['line']>[0], reason = '') => !this.stopped && this.events?.line(state, reason);
    ua.on('connecting', () => line(this.wasOnline ? 'reconnecting' : 'connecting'));
    ua.on('disconnected', () => {
      line('reconnecting');
      this.lineLost();
    });
    ua.on('registered', () => {
      this.wasOnline = true;
      line('online');
    });
    // After a refusal JsSIP says this too, but then nothing is tried again.
    ua.on('unregistered', ({ response }) => isRefusal(response?.status_code) || line('reconnecting'));
    ua.on('registrationFailed', ({ response, cause }) => {
      if (isRefusal(response?.status_code)) line('refused', response.reason_phrase);
      else {
        line('reconnecting', String(cause ?? ''));
        setTimeout(() => !this.stopped && ua.isConnected() && !ua.isRegistered() && this.ask(ua), RETRY_MAX_S * 1_000);
      }
    });
    ua.on('newRTCSession', (event: IncomingRTCSessionEvent | { originator: string }) => {
      if (event.originator === 'remote') this.incoming(event as IncomingRTCSessionEvent);
    });
    ua.start();
  }

  stop(): void {
    this.stopped = true;
    window.removeEventListener('online', this.wake);
    window.removeEventListener('offline', this.networkLost);
    this.endAsking();
    this.ua?.stop();
    this.ua = null;
    this.release();
  }

  private incoming({ session, request }: IncomingRTCSessionEvent): void {
    // A call of another station or of a phone, which no browser can answer: it would ring with this door's picture and
    // its button, and keep whoever stands there out.
    if (request.body && !request.body.includes('a=fingerprint:')) {
      session.terminate({ status_code: 488 });
      return;
    }
    if (this.session) {
      session.terminate({ status_code: 486 });
      return;
    }
    this.session = session;
    this.talking = false;
    this.closedHere = false;
    session.on('peerconnection', ({ peerconnection }: PeerConnectionEvent) => {
      const remote = new MediaStream();
      peerconnection.addEventListener('track', ({ track }) => {
        remote.addTrack(track);
        this.events?.media(remote);
      });
    });
    session.on('confirmed', () => {
      this.talking = true;
      this.events?.confirmed();
    });
    const over = (event: EndEvent) => {
      if (this.session !== session) return;
      const reason = event.message && 'getHeader' in event.message ? (event.message.getHeader('Reason') ?? '') : '';
      const cause = causeOf(event.originator, event.cause, reason, this.talking, this.closedHere);
      this.release();
      this.events?.ended(cause, cause === 'failed' ? brokenBy(event.cause) : '');
    };
    session.on('ended', over);
    session.on('failed', over);
    this.events?.incoming({
      id: request.getHeader('Call-ID') ?? String(Date.now()),
      from: request.from.uri.user,
      name: request.from.display_name ?? '',
      since: Date.now(),
    });
  }

  /**
   * A call that rings lives in its connection: without it neither an answer nor a refusal arrives, and the other
   * monitors ring on. A call that talks goes on, because its sound and picture take their own way.
   */
  private lineLost(): void {
    const session = this.session;
    if (!session || this.talking) return;
    this.release();
    this.events?.ended('failed', brokenBy(''));
    try {
      session.terminate({ status_code: 480 });
    } catch {
      // Nobody hears it; it only ends the session here.
    }
  }

  async answer(): Promise<DeviceFault | undefined> {
    const session = this.session;
    if (!session) return;
    // Asked for here rather than by JsSIP: without a microphone one can see and hear the visitor all the same.
    const taken = await take({ audio: VOICE });
    const microphone = typeof taken === 'string' ? null : taken;
    if (this.session !== session) return void stopTracks(microphone);
    this.microphone = microphone;
    session.answer({ mediaStream: microphone ?? undefined, mediaConstraints: { audio: !!microphone, video: false }, pcConfig: { iceServers: [], rtcpMuxPolicy: 'require' } });
    return typeof taken === 'string' ? taken : undefined;
  }

  decline(): void {
    this.closedHere = true;
    this.session?.terminate({ status_code: 603, reason_phrase: 'Decline' });
  }

  hangUp(): void {
    this.closedHere = true;
    this.session?.terminate();
  }

  mute(on: boolean): void {
    if (on) this.session?.mute({ audio: true });
    else this.session?.unmute({ audio: true });
  }

  async camera(on: boolean): Promise<DeviceFault | undefined> {
    const session = this.session;
    const transceiver = session?.connection?.getTransceivers().find((one) => one.receiver.track.kind === 'video');
    if (!session || !transceiver) return;
    if (on) {
      const media = await take({ video: { facingMode: 'user', width: { ideal: 640 } } });
      if (typeof media === 'string') return media;
      // The call may be over by now, or the button was pressed twice: a camera that nobody sees must not stay on.
      if (this.session !== session || this.ownVideo) return void stopTracks(media);
      this.ownVideo = media.getVideoTracks()[0] ?? null;
      await transceiver.sender.replaceTrack(this.ownVideo);
      transceiver.direction = 'sendrecv';
    } else {
      await transceiver.sender.replaceTrack(null);
      this.ownVideo?.stop();
      this.ownVideo = null;
      transceiver.direction = 'recvonly';
    }
    session.renegotiate();
    return undefined;
  }

  dtmf(digit: string): void {
    // As tones in the media (RFC 4733), which is what every door understands.
    const sender = this.session?.connection?.getSenders().find((one) => one.dtmf?.canInsertDTMF);
    // What is inserted replaces the digits that have not begun to sound.
    if (sender?.dtmf) sender.dtmf.insertDTMF(sender.dtmf.toneBuffer + digit, 160, 70);
    else this.session?.sendDTMF(digit);
  }

  readonly wake = (): void => {
    const ua = this.ua;
    if (!ua || this.stopped) return;
    if (ua.isConnected()) this.ask(ua);
    else if (!this.session) this.connectAnew(ua);
  };

  /** A connection that slept, or whose network changed, may lead nowhere and not know: only an answer shows that it does. */
  private ask(ua: UA): void {
    if (this.asking) return;
    this.asking = setTimeout(() => {
      this.endAsking();
      this.events?.line('reconnecting', '');
      this.lineLost();
      if (!this.session) this.connectAnew(ua);
    }, ANSWER_LIMIT_MS);
    ua.register();
  }

  private heard(): void {
    if (!this.asking) return;
    this.endAsking();
    // JsSIP tells only of the first registration, not of one that was renewed.
    if (this.ua?.isRegistered()) this.events?.line('online', '');
  }

  private endAsking(): void {
    clearTimeout(this.asking);
    this.asking = undefined;
  }

  private connectAnew(ua: UA): void {
    ua.stop();
    ua.start();
  }

  private readonly networkLost = (): void => {
    this.events?.line('reconnecting', '');
    if (this.ua?.isConnected()) this.ask(this.ua); // it may have been another network than the station's
  };

  private release(): void {
    stopTracks(this.microphone);
    this.ownVideo?.stop();
    this.microphone = null;
    this.ownVideo = null;
    this.session = null;
    this.talking = false;
  }
}
