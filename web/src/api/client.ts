import { i18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { said } from '@/i18n/station';
import { attendance } from './attendance';
import { byStation, stationSaidTime } from './clock';
import type { FieldError } from './types';

/** What the station said when it refused; `message` is its own sentence in the page's language, fit to be shown. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: FieldError[] = [],
    readonly retryAfter?: number,
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /** The station could not be reached at all. */
  get offline(): boolean {
    return this.status === 0;
  }
}

export type Query = Record<string, string | number | boolean | undefined | null>;
export interface RequestOptions {
  query?: Query;
  body?: unknown;
  /** Sent as it is, with this content type, instead of JSON. */
  raw?: { type: string; text: string };
  signal?: AbortSignal;
  keepalive?: boolean;
  /** Milliseconds by this device's clock: what arrives later is not carried out. To abort a request does not take it back. */
  until?: number;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
const BASE = '/api/v1';
const UNATTENDED = 'X-Lintel-Unattended';
const UNTIL = 'X-Lintel-Until';
const changes = (method: Method) => method !== 'GET';

/** What timeLimit ended: browsers do not tell that from a request that nobody wants any more. */
const outOfTime = new WeakSet<AbortSignal>();

/**
 * Ends a request after `limit` milliseconds. AbortSignal.timeout is missing before Safari 16 and Chrome 103, and Chrome until 123 says
 * of its end what it says of any other.
 */
export function timeLimit(limit: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => {
    outOfTime.add(controller.signal);
    controller.abort();
  }, limit);
  return controller.signal;
}

let csrf: string | null = null;
const sessionLost = new Set<() => void>();

/** The token of the session; every change of state carries it. */
export function setCsrf(token: string | null | undefined): void {
  csrf = token ?? null;
}

const notKept = new Set<() => void>();
/** Called when an answer says that what was asked for is done, and only not stored: what is shown is old then. */
export function onNotKept(listener: () => void): () => void {
  notKept.add(listener);
  return () => notKept.delete(listener);
}

/** Called when the station no longer knows our session. Returns the way to stop listening. */
export function onSessionLost(listener: () => void): () => void {
  sessionLost.add(listener);
  return () => sessionLost.delete(listener);
}

export function apiUrl(path: string, query?: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') parameters.set(name, String(value));
  }
  const tail = parameters.toString();
  return `${BASE}${path}${tail ? `?${tail}` : ''}`;
}

function limitOf(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

/** Reads the error body of the contract; a body that is not ours still gives an honest error. */
export async function readError(response: Response): Promise<ApiError> {
  const retry = Number(response.headers.get('Retry-After')) || undefined;
  try {
    const body = (await response.json()) as { error?: Record<string, unknown> };
    const error = body.error ?? {};
    const listed = Array.isArray(error.errors) ? (error.errors as FieldError[]).map((one) => ({ ...one, message: said(one.message) })) : [];
    const message = said(String(error.message ?? response.statusText));
    if (error.code === 'not_kept') for (const listener of notKept) listener();
    const single: FieldError[] =
      typeof error.field === 'string' && error.field && !listed.length
        ? [{ field: error.field, message, value: error.value, limit: limitOf(error.limit) }]
        : [];
    return new ApiError(response.status, String(error.code ?? 'error'), message, [...listed, ...single], retry);
  } catch {
    return new ApiError(response.status, 'error', response.statusText || `HTTP ${response.status}`, [], retry);
  }
}

/** Another window of this browser may have logged in anew: the cookie is shared, the token here is then old. */
async function renewCsrf(): Promise<boolean> {
  const before = csrf;
  const response = await fetch(apiUrl('/state'), { credentials: 'same-origin', cache: 'no-store' });
  const state = (await response.json()) as { session?: { csrf?: string } | null };
  setCsrf(state.session?.csrf);
  return !!csrf && csrf !== before;
}

/** Asks whether our session still stands, where no answer of a request can say so: a closed event stream is silent. */
export async function checkSession(): Promise<void> {
  const response = await fetch(apiUrl('/state'), { headers: { [UNATTENDED]: '1' }, credentials: 'same-origin', cache: 'no-store' });
  if (!response.ok) return;
  const { session } = (await response.json()) as { session?: { csrf?: string } | null };
  if (session) setCsrf(session.csrf);
  else for (const listener of sessionLost) listener();
}

/** One request; throws ApiError on any answer that is not 2xx. */
export async function send(method: Method, path: string, options: RequestOptions = {}, again = false): Promise<Response> {
  const headers = new Headers({ Accept: 'application/json' });
  let body: string | undefined;
  if (options.raw) {
    headers.set('Content-Type', options.raw.type);
    headers.set('Accept', options.raw.type);
    body = options.raw.text;
  } else if (options.body !== undefined) {
    headers.set('Content-Type', 'application/json');
    body = JSON.stringify(options.body);
  }
  if (changes(method) && csrf) headers.set('X-Lintel-CSRF', csrf);
  const { unattended, answered } = attendance();
  if (unattended) headers.set(UNATTENDED, '1');
  if (options.until) headers.set(UNTIL, String(Math.round(byStation(options.until))));
  let response: Response;
  try {
    response = await fetch(apiUrl(path, options.query), {
      method,
      headers,
      body,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: options.signal,
      keepalive: options.keepalive,
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError' && !(options.signal && outOfTime.has(options.signal))) throw cause;
    throw new ApiError(0, 'offline', i18n._(msg`The station does not answer.`));
  }
  answered();
  stationSaidTime(response.headers.get('Date'), response.headers.get('X-Lintel-Now'));
  if (response.ok) return response;
  const error = await readError(response);
  if (response.status === 403 && error.code.includes('csrf') && !again && (await renewCsrf().catch(() => false))) return send(method, path, options, true);
  // One of the clocks was set since the station last told its own.
  if (error.code === 'too_late' && !again && Date.now() < (options.until ?? 0)) return send(method, path, options, true);
  if (response.status === 401 && path !== '/login') for (const listener of sessionLost) listener();
  throw error;
}

async function json<T>(method: Method, path: string, options?: RequestOptions): Promise<T> {
  const response = await send(method, path, options);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) => json<T>('GET', path, { query, signal }),
  post: <T>(path: string, body?: unknown, signal?: AbortSignal) => json<T>('POST', path, { body, signal }),
  /** For what somebody waits for at a door: `limit` milliseconds from now it counts as not arrived, here and at the station. */
  order: <T>(path: string, body: unknown, limit: number) => json<T>('POST', path, { body, signal: timeLimit(limit), until: Date.now() + limit }),
  put: <T>(path: string, body?: unknown) => json<T>('PUT', path, { body }),
  patch: <T>(path: string, body?: unknown) => json<T>('PATCH', path, { body }),
  delete: <T = void>(path: string, body?: unknown) => json<T>('DELETE', path, { body }),
};

/** A part of a path: `101#1` must not become a fragment. */
export const part = (text: string | number) => encodeURIComponent(String(text));
