import { Trans, useLingui } from '@lingui/react/macro';
import { Eye, EyeOff, Video, VideoOff } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { ApiError } from '@/api/client';
import { take } from '@/media/devices';
import { type Lending, type ViewState, lend } from '@/media/rtc';
import { Button } from '@/ui/Button';

/** A machine without a camera or microphone borrows this device's, by WHIP; the station's sound comes back here. */
export function Lend({ mirror, onMirror, allowed }: { mirror: boolean; onMirror: (on: boolean) => void; allowed: boolean }) {
  const { t } = useLingui();
  const [lending, setLending] = useState<Lending | null>(null);
  const [state, setState] = useState<ViewState | 'off'>('off');
  const [fault, setFault] = useState('');
  const [busy, setBusy] = useState(false);
  const sound = useRef<HTMLAudioElement>(null);

  useEffect(() => () => lending?.close(), [lending]);
  useEffect(() => {
    if (!sound.current) return;
    sound.current.srcObject = lending?.sound ?? null;
    if (lending) void sound.current.play().catch(() => undefined);
  }, [lending]);

  const words = {
    insecure: t`Camera and microphone need a secure page (https).`,
    missing: t`A camera or a microphone was not found.`,
    refused: t`Camera and microphone were refused. Allow them for this page in the browser's site settings, then try again.`,
    busy: t`Camera or microphone could not be used. Another program may hold them.`,
  };
  const start = async () => {
    setBusy(true);
    setFault('');
    try {
      const media = await take({
        audio: { echoCancellation: true, noiseSuppression: true },
        video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 25 } },
      });
      if (typeof media === 'string') return setFault(words[media]);
      setLending(await lend(media, setState));
    } catch (error) {
      setState('off');
      setFault(error instanceof ApiError ? error.message : t`The connection could not be made. Try again.`);
    } finally {
      setBusy(false);
    }
  };
  const stop = () => {
    setLending(null);
    setState('off');
  };

  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap gap-2">
        <Button icon={mirror ? EyeOff : Eye} disabled={!allowed} aria-pressed={mirror} onClick={() => onMirror(!mirror)}>
          {mirror ? <Trans>Hide the picture</Trans> : <Trans>Show the picture</Trans>}
        </Button>
        {lending ? (
          <Button icon={VideoOff} onClick={stop}>
            <Trans>Stop lending</Trans>
          </Button>
        ) : (
          <Button icon={Video} busy={busy} disabled={!allowed} onClick={start}>
            <Trans>Lend this device's camera and microphone</Trans>
          </Button>
        )}
      </div>
      <p role="status" className="text-sm text-white/80">
        {state === 'live' && <Trans>The station uses this device's camera and microphone.</Trans>}
        {state === 'connecting' && <Trans>Connecting the camera…</Trans>}
        {state === 'lost' && <Trans>The connection was lost. Stop and lend again.</Trans>}
      </p>
      {fault && (
        <p role="alert" className="text-sm text-[#ff9a91]">
          {fault}
        </p>
      )}
      <audio ref={sound} autoPlay className="hidden" />
    </div>
  );
}
