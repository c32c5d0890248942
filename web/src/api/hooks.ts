import { QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { ApiError, api, onNotKept, setCsrf } from './client';
import { type Events, type Link, events } from './events';
import { withTold } from './told';
import type { Lock, Monitor, Overview, Page, State } from './types';

export function newQueryClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always', // on the station itself, or in a house without internet, the browser may call itself offline
        refetchOnReconnect: true,
        staleTime: 10_000,
        retry: (count, error) => count < 2 && (!(error instanceof ApiError) || error.offline || error.status >= 500),
        refetchOnWindowFocus: true,
      },
      // Not kept until there is a network again: an order to open that came twenty minutes later would open for nobody.
      mutations: { retry: false, networkMode: 'always' },
    },
  });
  onNotKept(() => void client.invalidateQueries());
  return client;
}

export const stateKey = ['state'] as const;

/** Who we are and what this station is. Keeps the CSRF token of the session fresh. */
export function useStationState(enabled = true) {
  return useQuery({
    queryKey: stateKey,
    enabled,
    staleTime: 5_000,
    queryFn: async ({ signal }) => {
      const state = await api.get<State>('/state', undefined, signal);
      setCsrf(state.session?.csrf);
      return state;
    },
  });
}

/** Listens to one event for as long as the component stands. */
export function useEvent<N extends keyof Events>(name: N, listener: (data: Events[N]) => void): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => events.on(name, (data) => latest.current(data)), [name]);
}

export function useLink(): Link {
  return useSyncExternalStore(
    (notify) => events.watch(notify),
    () => events.link,
  );
}

const withLock = (page: Page<Lock>, change: Events['lock']) => ({ ...page, items: page.items.map((lock) => (lock.number === change.number ? { ...lock, ...change } : lock)) });

export function useLocks() {
  const client = useQueryClient();
  useEvent('hello', (hello) => hello.locks && client.setQueryData<Page<Lock>>(['locks'], { items: hello.locks }));
  useEvent('lock', (change) => void client.setQueryData<Page<Lock>>(['locks'], (old) => old && withLock(old, change)));
  // Not what was so when a page with locks was open last: its events were heard by nobody since.
  return useQuery({ queryKey: ['locks'], staleTime: 0, queryFn: ({ signal }) => withTold(api.get<Page<Lock>>('/locks', undefined, signal), 'lock', withLock) });
}

/** The doors that one monitor may open: all, until the station has said which; undefined until it has said what doors there are. */
export function useLocksOf(account: string) {
  const locks = useLocks();
  const monitors = useQuery({ queryKey: ['monitors', 'own'], staleTime: 300_000, queryFn: ({ signal }) => api.get<Page<Monitor>>('/monitors', undefined, signal) });
  const mine = monitors.data?.items.find((one) => one.account === account)?.locks;
  return locks.data?.items.filter((lock) => !mine || mine.includes(lock.number));
}

const withMonitor = (page: Page<Monitor>, { account, online }: Events['monitor']) => ({ ...page, items: page.items.map((one) => (one.account === account ? { ...one, online } : one)) });

/** All monitors, and whether they would ring now. */
export function useMonitors() {
  const client = useQueryClient();
  const queryKey = ['monitors', ''];
  useEvent('monitor', (change) => void client.setQueryData<Page<Monitor>>(queryKey, (old) => old && withMonitor(old, change)));
  // Events of the time in which the stream was away, or no page with monitors open, were heard by nobody.
  useEvent('hello', () => void client.invalidateQueries({ queryKey }));
  return useQuery({ queryKey, staleTime: 0, queryFn: ({ signal }) => withTold(api.get<Page<Monitor>>('/monitors', undefined, signal), 'monitor', withMonitor) });
}

/** So often at most it is asked for anew: after a power cut thousands of monitors may come back within a minute. */
const OVERVIEW_EVERY_MS = 1_000;

export function useOverview() {
  const client = useQueryClient();
  const due = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef(0);
  useEffect(
    () => () => {
      clearTimeout(due.current);
      due.current = undefined; // the page may be shown again
    },
    [],
  );
  const refresh = () => {
    due.current ??= setTimeout(
      () => {
        due.current = undefined;
        last.current = Date.now();
        void client.invalidateQueries({ queryKey: ['overview'] });
      },
      Math.max(0, last.current + OVERVIEW_EVERY_MS - Date.now()),
    );
  };
  useEvent('journal', refresh);
  useEvent('monitor', refresh);
  useEvent('camera', (camera) => client.setQueryData<Overview>(['overview'], (old) => old && { ...old, camera }));
  return useQuery({
    queryKey: ['overview'],
    refetchInterval: 30_000,
    queryFn: ({ signal }) => api.get<Overview>('/overview', undefined, signal),
  });
}
