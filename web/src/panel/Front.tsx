import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Bell, Maximize, Siren, WifiOff } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { ApiError, api } from '@/api/client';
import { stationNow } from '@/api/clock';
import { useEvent, useLink } from '@/api/hooks';
import type { PanelKey, PanelState, StationName } from '@/api/types';
import { LiveView } from '@/media/LiveView';
import { useWakeLock } from '@/media/wakeLock';
import { TapCard } from '@/shared/TapCard';
import { Display } from './Display';
import { Keypad } from './Keypad';
import { Lend } from './Lend';
import { inOrder } from './inOrder';
import { Lights } from './Lights';
import { Reader } from './Reader';

const SYMBOLS: Record<string, PanelKey> = { Enter: 'call', Escape: 'hangup', '*': '*', '#': '#' };
const REFUSAL_STAYS_MS = 4_000;
/** A key that is not answered by then counts as not arrived: those behind it would wait, and come long after they were meant. */
const KEY_LIMIT_MS = 3_000;

/** The station's front as a page: display, keypad, lights; large, high in contrast, for a gloved thumb in the rain. */
export function Front({ station, answers, plays }: { station: StationName; answers: boolean; /** The administrator: may hold twin cards to the reader. */ plays?: boolean }) {
  const { t } = useLingui();
  const client = useQueryClient();
  const link = useLink();
  const [mirror, setMirror] = useState(false);
  const [refusal, setRefusal] = useState('');
  useWakeLock(true);
  useEvent('panel', (panel) => client.setQueryData(['panel'], panel));
  useEvent('hello', (hello) => hello.panel && client.setQueryData(['panel'], hello.panel));
  const panel = useQuery({
    queryKey: ['panel'],
    enabled: answers,
    refetchInterval: link === 'online' ? false : 2_000,
    queryFn: ({ signal }) => api.get<PanelState>('/panel', undefined, signal),
  });

  const send = useMemo(
    () =>
      inOrder(async (key) => {
        try {
          const pressed = { key };
          const state = await (key === 'emergency' ? api.post<PanelState | undefined>('/panel/keys', pressed) : api.order<PanelState | undefined>('/panel/keys', pressed, KEY_LIMIT_MS));
          if (state?.display) client.setQueryData(['panel'], state);
          setRefusal('');
        } catch (error) {
          setRefusal(error instanceof ApiError ? error.message : String(error));
          throw error;
        }
      }),
    [client],
  );
  const press = useCallback(
    (key: PanelKey) => {
      navigator.vibrate?.(20);
      send(key).catch(() => undefined); // it was said
    },
    [send],
  );

  useEffect(() => {
    if (!refusal) return;
    const timer = setTimeout(() => setRefusal(''), REFUSAL_STAYS_MS);
    return () => clearTimeout(timer);
  }, [refusal]);

  useEffect(() => {
    const typed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (event.target instanceof Element && event.target.closest('input, select, textarea, dialog')) return;
      // Enter on a focused button presses that button, as everywhere.
      if (event.key === 'Enter' && event.target instanceof HTMLButtonElement) return;
      const key = /^[0-9]$/.test(event.key) ? (event.key as PanelKey) : SYMBOLS[event.key];
      if (!key) return;
      event.preventDefault();
      press(key);
    };
    window.addEventListener('keydown', typed);
    return () => window.removeEventListener('keydown', typed);
  }, [press]);

  const state = panel.data;
  const inCall = state?.display.kind === 'calling' || state?.display.kind === 'talking';
  return (
    <main data-theme="dark" data-panel={state?.display.kind ?? 'unknown'} className="grid min-h-dvh place-items-center bg-[#0b0e10] p-3 text-white sm:p-4 lg:p-10">
      <div className="grid w-full max-w-3xl gap-3 sm:gap-4 lg:max-w-7xl lg:grid-cols-[1.25fr_1fr] lg:gap-10">
      <div className="grid content-start gap-3 sm:gap-4">
        <header className="flex items-center justify-between gap-3">
          <h1 className="text-xl font-semibold tracking-tight">{station.name || <Trans>Door station</Trans>}</h1>
          <div className="flex items-center gap-1">
            {(!answers || link === 'reconnecting') && (
              <p role="status" className="flex items-center gap-1.5 text-sm text-[#ff9a91]">
                <WifiOff aria-hidden className="size-4" />
                <Trans>No connection</Trans>
              </p>
            )}
            {document.fullscreenEnabled && (
              <button type="button" aria-label={t`Full screen`} title={t`Full screen`} className="grid size-11 place-items-center rounded-xl hover:bg-white/10" onClick={() => void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen())}>
                <Maximize aria-hidden className="size-5" />
              </button>
            )}
          </div>
        </header>
        <Display state={state} refusal={refusal} />
        <Lights lights={state?.lights} />
        {mirror && <LiveView controls={false} label={t`What the station's camera sees`} />}
      </div>
      <div className="grid content-start gap-3 lg:row-span-2 lg:content-center">
        <Keypad onKey={press} inCall={inCall} locked={!!state?.locked_until && new Date(state.locked_until).getTime() > stationNow()} />
        {(!state || state.reader) && <Reader reader={state?.reader} />}
        {plays && state?.reader && <TapCard />}
        <div className="grid grid-cols-2 gap-3">
          <button type="button" onClick={() => press('centre')} className="flex min-h-[clamp(3rem,7dvh,4rem)] items-center justify-center gap-2 rounded-2xl bg-[#1d2327] text-base font-semibold hover:bg-[#2a3136] focus-visible:outline-white">
            <Bell aria-hidden className="size-5" />
            <Trans>Centre</Trans>
          </button>
          <button type="button" onClick={() => press('emergency')} className="flex min-h-[clamp(3rem,7dvh,4rem)] items-center justify-center gap-2 rounded-2xl bg-[#421a17] text-base font-semibold text-[#ffb4ad] ring-1 ring-[#ff9a91]/60 hover:bg-[#5a2420] focus-visible:outline-white">
            <Siren aria-hidden className="size-5" />
            <Trans>Emergency</Trans>
          </button>
        </div>
      </div>
      <Lend mirror={mirror} onMirror={setMirror} allowed={answers} />
      </div>
    </main>
  );
}
