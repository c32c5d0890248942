import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, api, onSessionLost, setCsrf, timeLimit } from '@/api/client';
import type { Paired, Session, State } from '@/api/types';

/** What pairing gave this device. It stays on it until it is unpaired here or revoked in the console. */
const KEY = (kind: Paired['kind']) => `lintel.device.${kind}`;

export function keptDevice(kind: Paired['kind']): Paired | null {
  try {
    const text = localStorage.getItem(KEY(kind));
    const device = text ? (JSON.parse(text) as Paired) : null;
    return device?.account && device.password ? device : null;
  } catch {
    return null;
  }
}

export function keepDevice(device: Paired): void {
  localStorage.setItem(KEY(device.kind), JSON.stringify(device));
}

/** A station that has not ended a session by then does not keep the next pairing waiting. */
export const LEAVING_LIMIT_MS = 3_000;
/** Settled when no session of a forgotten device is being ended. */
let leaving: Promise<void> = Promise.resolve();

/** Its session ends with it: the cookie alone would open doors until it was idle for long. The admin's own stays. */
export function forgetDevice(kind: Paired['kind']): void {
  const device = keptDevice(kind);
  localStorage.removeItem(KEY(kind));
  if (!device) return;
  const limit = timeLimit(LEAVING_LIMIT_MS);
  const leave = async () => {
    const { session } = await api.get<State>('/state', undefined, limit);
    if (session?.account === device.account) await api.post('/logout', undefined, limit);
  };
  leaving = leave().catch(() => undefined); // over already, or nobody answers: then it ends by itself
}

/** The one-time token of a scanned QR code, taken out of the address so that it is not kept in the history. */
export function takeToken(): string | null {
  const found = /[#&]pair=([^&]+)/.exec(window.location.hash);
  if (!found) return null;
  window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return decodeURIComponent(found[1] ?? '');
}

/** True from the moment a pairing link is opened, also one that is opened in a page that stands already. */
export function usePairingLink(): [boolean, (pairing: boolean) => void] {
  const asked = () => window.location.hash.includes('pair=');
  const [pairing, setPairing] = useState(asked);
  useEffect(() => {
    const look = () => asked() && setPairing(true);
    window.addEventListener('hashchange', look);
    return () => window.removeEventListener('hashchange', look);
  }, []);
  return [pairing, setPairing];
}

export const pair = (secret: { token: string } | { short_code: string }, device_name: string) => api.post<Paired>('/pair', { ...secret, device_name });

/** A name a person recognises in the list of monitors: 'Chrome on Android'. */
export function deviceName(agent: string = navigator.userAgent): string {
  const system = /iPad/.test(agent) ? 'iPad' : /iPhone/.test(agent) ? 'iPhone' : /Android/.test(agent) ? 'Android' : /Windows/.test(agent) ? 'Windows' : /Mac OS/.test(agent) ? 'Mac' : /CrOS/.test(agent) ? 'ChromeOS' : 'Linux';
  const browser = /Edg\//.test(agent) ? 'Edge' : /Firefox\//.test(agent) ? 'Firefox' : /Chrom(e|ium)\//.test(agent) ? 'Chrome' : /Safari\//.test(agent) ? 'Safari' : 'Browser';
  return `${browser}, ${system}`;
}

/**
 * A session for this device. One that this browser already has for it is used again; so is the admin's: a console open
 * in another window of the same browser would otherwise be thrown out, as both share one cookie.
 */
async function enter(device: Paired): Promise<Session> {
  // The cookie is one: a session that is still to be ended would take the new one with it.
  await leaving;
  const { session } = await api.get<State>('/state');
  if (session && (session.role === 'admin' || session.account === device.account)) return session;
  setCsrf(null);
  return api.post<Session>('/login', { account: device.account, password: device.password });
}

export type Admission = 'entering' | 'in' | 'revoked' | 'offline';

const AGAIN_FIRST_MS = 2_000;
const AGAIN_LAST_MS = 15_000;

/**
 * The device's own session. A session that ended is opened again; a station that does not answer is asked again for
 * ever; only a clear refusal of the device's password counts as 'revoked'.
 */
export function useAdmission(device: Paired | null): { admission: Admission; session: Session | null; again: () => void } {
  const [admission, setAdmission] = useState<Admission>('entering');
  const [session, setSession] = useState<Session | null>(null);
  const [round, setRound] = useState(0);
  const delay = useRef(AGAIN_FIRST_MS);
  const entering = useRef(false);
  // Several requests may find out at once that the session is over; one login is enough.
  const again = useCallback(() => {
    if (!entering.current) setRound((number) => number + 1);
  }, []);

  useEffect(() => {
    if (!device) return;
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    entering.current = true;
    const entered = enter(device).finally(() => {
      entering.current = false;
    });
    entered.then(
      (opened) => {
        if (gone) return;
        delay.current = AGAIN_FIRST_MS;
        setCsrf(opened.csrf);
        setSession(opened);
        setAdmission('in');
      },
      (error: unknown) => {
        if (gone) return;
        // 403 is a station that is to be set up first: after `lintel reset-admin` the pairings are as good as before.
        const refused = error instanceof ApiError && error.status === 401;
        setAdmission(refused ? 'revoked' : 'offline');
        if (refused) return;
        timer = setTimeout(again, delay.current);
        delay.current = Math.min(delay.current * 2, AGAIN_LAST_MS);
      },
    );
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [device, round, again]);

  useEffect(() => onSessionLost(again), [again]);
  return { admission, session, again };
}
