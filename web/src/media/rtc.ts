import { UNATTENDED } from '@/api/attendance';
import { ApiError, api, apiUrl, readError, send } from '@/api/client';

/** ICE candidates of the own host come at once; waiting longer would only delay the picture. */
const GATHERING_LIMIT_MS = 1_500;

/** Resolves when all candidates are in the description (WHEP and WHIP here are non-trickle), or after the limit. */
export function gathered(peer: RTCPeerConnection, limit = GATHERING_LIMIT_MS): Promise<void> {
  if (peer.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      peer.removeEventListener('icegatheringstatechange', check);
      resolve();
    };
    const check = () => peer.iceGatheringState === 'complete' && done();
    const timer = setTimeout(done, limit);
    peer.addEventListener('icegatheringstatechange', check);
  });
}

/** One exchange of WHEP or WHIP: our offer out, the station's answer in. Gives the path that ends the session. */
async function exchange(peer: RTCPeerConnection, path: string, signal: AbortSignal): Promise<string> {
  await peer.setLocalDescription();
  await gathered(peer);
  signal.throwIfAborted();
  const response = await send('POST', path, { raw: { type: 'application/sdp', text: peer.localDescription?.sdp ?? '' }, signal });
  if (response.status !== 201) throw await readError(response);
  const answer = await response.text();
  const location = response.headers.get('Location') ?? '';
  const resource = location ? new URL(location, new URL(apiUrl(path), window.location.href)).pathname.replace(/^\/api\/v1/, '') : '';
  if (signal.aborted) {
    release(resource);
    signal.throwIfAborted();
  }
  await peer.setRemoteDescription({ type: 'answer', sdp: answer });
  return resource;
}

function release(resource: string): void {
  if (resource) void send('DELETE', resource, { keepalive: true }).catch(() => undefined);
}

export type ViewState = 'connecting' | 'live' | 'lost';

export interface View {
  close(): void;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 10_000;

/** Watches a stream of the station by WHEP and keeps watching: a lost connection is made again, ever more slowly. */
export function watchStream(stream: 'main' | 'sub', audio: boolean, onStream: (media: MediaStream) => void, onState: (state: ViewState, reason?: string) => void): View {
  let closed = false;
  let delay = FIRST_RETRY_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let current: { peer: RTCPeerConnection; abort: AbortController; resource: string } | null = null;

  const drop = () => {
    if (!current) return;
    current.abort.abort();
    current.peer.close();
    release(current.resource);
    current = null;
  };
  const again = (reason: string) => {
    if (closed) return;
    drop();
    onState('lost', reason);
    timer = setTimeout(connect, delay);
    delay = Math.min(delay * 2, LAST_RETRY_MS);
  };
  const connect = () => {
    if (closed) return;
    const peer = new RTCPeerConnection();
    const attempt = { peer, abort: new AbortController(), resource: '' };
    current = attempt;
    onState('connecting');
    peer.addTransceiver('video', { direction: 'recvonly' });
    if (audio) peer.addTransceiver('audio', { direction: 'recvonly' });
    const media = new MediaStream();
    peer.ontrack = ({ track }) => {
      media.addTrack(track);
      onStream(media);
    };
    peer.onconnectionstatechange = () => {
      if (current !== attempt) return;
      if (peer.connectionState === 'connected') {
        delay = FIRST_RETRY_MS;
        onState('live');
      } else if (peer.connectionState === 'failed' || peer.connectionState === 'disconnected') {
        again('');
      }
    };
    exchange(peer, `/whep/${stream}`, attempt.abort.signal).then(
      (resource) => {
        attempt.resource = resource;
      },
      (error: unknown) => current === attempt && again(error instanceof ApiError ? error.message : ''), // the browser's own words are English
    );
  };
  if (typeof RTCPeerConnection === 'undefined') onState('lost', '');
  else connect();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      drop();
    },
  };
}

export interface Lending extends View {
  /** What the station plays out of its loudspeaker. */
  readonly sound: MediaStream;
}

/** Lends this device's camera and microphone to the station (WHIP, RFC 9725) and takes its sound back. */
export async function lend(media: MediaStream, onState: (state: ViewState) => void): Promise<Lending> {
  const peer = new RTCPeerConnection();
  const abort = new AbortController();
  const sound = new MediaStream();
  for (const track of media.getTracks()) peer.addTransceiver(track, { direction: track.kind === 'audio' ? 'sendrecv' : 'sendonly', streams: [media] });
  peer.ontrack = ({ track }) => sound.addTrack(track);
  peer.onconnectionstatechange = () => {
    if (peer.connectionState === 'connected') onState('live');
    if (peer.connectionState === 'failed' || peer.connectionState === 'disconnected') onState('lost');
  };
  onState('connecting');
  try {
    const resource = await exchange(peer, '/whip', abort.signal);
    return {
      sound,
      close() {
        abort.abort();
        peer.close();
        release(resource);
        for (const track of media.getTracks()) track.stop();
      },
    };
  } catch (error) {
    peer.close();
    for (const track of media.getTracks()) track.stop();
    throw error;
  }
}

export const snapshotUrl = (stamp: number, stream: 'main' | 'sub' = 'main') => apiUrl('/snapshot.jpg', { stream, t: stamp, ...UNATTENDED });
/** An order that is not answered by then counts as not arrived: whoever stands at the door must not wait for it, nor it come when nobody does any more. */
const UNLOCK_LIMIT_MS = 10_000;
export const unlock = (door: number) => api.order<{ state: string }>(`/locks/${door}/unlock`, undefined, UNLOCK_LIMIT_MS);
