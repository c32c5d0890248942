import { Trans, useLingui } from '@lingui/react/macro';
import { CameraOff, LoaderCircle, Maximize, Radio, Volume2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button, IconButton } from '@/ui/Button';
import { cx } from '@/ui/cx';
import { type ViewState, snapshotUrl, watchStream } from './rtc';
import { needsPress } from './sound';

interface LiveViewProps {
  stream?: 'main' | 'sub';
  /** Hear the station too. */
  audio?: boolean;
  muted?: boolean;
  /** Fills its parent instead of keeping 16:9. */
  fill?: boolean;
  controls?: boolean;
  label?: string;
  onState?: (state: ViewState) => void;
}

const SNAPSHOT_EVERY_MS = 1_000;
const SNAPSHOT_RETRY_MS = 4_000;

/**
 * The moving picture of the station. Until it moves, and whenever it cannot, the latest still picture stands in its
 * place and the words say so: never a black rectangle that leaves one guessing. Where the browser refuses the sound, the
 * picture moves without it and a button gives it.
 */
export function LiveView({ stream = 'sub', audio, muted = true, fill, controls = true, label, onState }: LiveViewProps) {
  const { t } = useLingui();
  const video = useRef<HTMLVideoElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<ViewState>('connecting');
  const [reason, setReason] = useState('');
  const [soundRefused, setSoundRefused] = useState(false);
  const report = useRef(onState);
  report.current = onState;

  // Sound that was switched off and on again was switched by a press.
  useEffect(() => setSoundRefused(false), [muted]);
  const play = (element: HTMLVideoElement) =>
    element.play().catch((error: unknown) => {
      if (element.muted || !needsPress(error)) return;
      element.muted = true;
      setSoundRefused(true);
      void element.play().catch(() => undefined);
    });
  const giveSound = () => {
    if (!video.current) return;
    video.current.muted = false;
    setSoundRefused(false);
    void play(video.current);
  };

  useEffect(() => {
    const view = watchStream(
      stream,
      !!audio,
      (media) => {
        const element = video.current;
        if (!element) return;
        element.srcObject = media;
        void play(element);
      },
      (next, why) => {
        setState(next);
        if (why !== undefined) setReason(why);
        report.current?.(next);
      },
    );
    return () => view.close();
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [stream, audio]);

  const live = state === 'live';
  // Full-screen pictures carry their own words at the top; in others the station writes its name and the time there.
  const badge = fill ? 'bottom-3' : 'top-3';
  return (
    <div ref={frame} data-state={state} className={cx('relative overflow-hidden bg-black text-white', fill ? 'size-full' : 'aspect-video w-full rounded-2xl')}>
      <video
        ref={video}
        autoPlay
        playsInline
        muted={muted || soundRefused}
        aria-label={label ?? t`Live picture of the station`}
        className={cx('absolute inset-0 size-full object-contain transition-opacity', live ? 'opacity-100' : 'opacity-0')}
      />
      {!live && <Still stream={stream} waiting={state === 'connecting'} reason={reason} place={badge} />}
      {live && (
        <p className={cx('absolute left-3 flex items-center gap-1.5 rounded-full bg-black/60 px-2.5 py-0.5 text-xs font-medium', badge)}>
          <Radio aria-hidden className="size-3.5" />
          <Trans>Live</Trans>
        </p>
      )}
      {live && soundRefused && (
        <Button icon={Volume2} size="small" className={cx('absolute', fill ? 'top-3 right-3' : 'right-14 bottom-3')} onClick={giveSound}>
          <Trans>Sound on</Trans>
        </Button>
      )}
      {controls && document.fullscreenEnabled && (
        <IconButton
          icon={Maximize}
          label={t`Full screen`}
          className="absolute right-2 bottom-2 bg-black/50 text-white! hover:bg-black/80!"
          onClick={() => void (document.fullscreenElement ? document.exitFullscreen() : frame.current?.requestFullscreen())}
        />
      )}
    </div>
  );
}

/** Still pictures once a second while there is no stream. */
function Still({ stream, waiting, reason, place }: { stream: 'main' | 'sub'; waiting: boolean; reason: string; place: string }) {
  const [stamp, setStamp] = useState(() => Date.now());
  const [seen, setSeen] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const next = (after: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setStamp(Date.now()), after);
  };
  return (
    <>
      <img
        src={snapshotUrl(stamp, stream)}
        alt=""
        onLoad={() => {
          setSeen(true);
          next(SNAPSHOT_EVERY_MS);
        }}
        onError={() => {
          setSeen(false);
          next(SNAPSHOT_RETRY_MS);
        }}
        className={cx('absolute inset-0 size-full object-contain', !seen && 'invisible')}
      />
      {!seen && !waiting && (
        <div className="absolute inset-0 grid place-content-center justify-items-center gap-2 p-4 text-center">
          <CameraOff aria-hidden className="size-8 text-white/80" />
          <p className="max-w-sm text-sm">{reason || <Trans>No picture. The station is asked again and again.</Trans>}</p>
        </div>
      )}
      <p role="status" className={cx('absolute left-3 flex items-center gap-1.5 rounded-full bg-black/70 px-2.5 py-0.5 text-xs font-medium', place)}>
        <LoaderCircle aria-hidden className="size-3.5 animate-spin" />
        {waiting ? <Trans>Connecting…</Trans> : seen ? <Trans>Still pictures, live video is being tried</Trans> : <Trans>Trying again…</Trans>}
      </p>
    </>
  );
}
