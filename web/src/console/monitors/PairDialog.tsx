import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, RefreshCw } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { api } from '@/api/client';
import type { Monitor, Page, Pairing } from '@/api/types';
import { countdown } from '@/i18n/format';
import { useSecondsUntil } from '@/shared/countdown';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { CopyLine, QrCode } from '@/ui/Secret';
import { Note } from '@/ui/Status';

/** Names by which a machine knows only itself. */
const HERE_ONLY = /^(localhost$|127\.|\[::1\])/;
const LOOK_EVERY_MS = 2_000;

/** A one-time code for one device: as QR code, as link, and short enough to be typed. Says when the device came. */
export function PairDialog({ kind, room, onClose }: { kind: 'monitor' | 'panel'; room?: string; onClose: () => void }) {
  const { t } = useLingui();
  const client = useQueryClient();
  const [pairing, setPairing] = useState<Pairing | null>(null);
  const [fault, setFault] = useState('');
  const left = useSecondsUntil(pairing?.expires_at);
  const asked = useRef(false);

  const begin = async () => {
    setFault('');
    try {
      setPairing(await api.post<Pairing>('/pairings', { kind, room }));
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    }
  };
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    void begin();
  });

  // The new device shows in the list of monitors as soon as it has traded its code.
  const monitors = useQuery({
    queryKey: ['monitors', room ?? ''],
    enabled: !!pairing && left > 0,
    refetchInterval: LOOK_EVERY_MS,
    queryFn: ({ signal }) => api.get<Page<Monitor>>('/monitors', { room }, signal),
  });
  const before = useRef<Set<string> | null>(null);
  // Not what an earlier dialog saw: a phone that was added since would pass for the new device.
  if (monitors.data && monitors.isFetchedAfterMount && pairing && !before.current) before.current = new Set(monitors.data.items.map((one) => one.account));
  const arrived = monitors.data?.items.find((one) => before.current && !before.current.has(one.account));
  const close = () => {
    void client.invalidateQueries({ queryKey: ['monitors'] });
    void client.invalidateQueries({ queryKey: ['rooms'] });
    onClose();
  };

  const link = pairing ? new URL(pairing.path, window.location.origin).href : '';
  return (
    <Dialog
      title={kind === 'panel' ? t`Pair a panel` : t`Pair a monitor with room ${room ?? ''}`}
      onClose={close}
      footer={
        <Button tone={arrived ? 'primary' : 'quiet'} onClick={close}>
          {arrived ? <Trans>Done</Trans> : <Trans>Close</Trans>}
        </Button>
      }
    >
      {fault && (
        <Note
          kind="error"
          action={
            <Button size="small" onClick={begin}>
              <Trans>Try again</Trans>
            </Button>
          }
        >
          {fault}
        </Note>
      )}
      {arrived ? (
        <div role="status" className="grid justify-items-center gap-2 py-6 text-center">
          <CircleCheck aria-hidden className="size-12 text-open" />
          <p className="text-lg font-semibold">
            <Trans>{arrived.name || arrived.account} is paired</Trans>
          </p>
          <p className="text-sm text-soft">
            <Trans>Its account is {arrived.account}.</Trans>
          </p>
        </div>
      ) : (
        pairing && (
          <>
            <div className="grid justify-items-center gap-4 sm:grid-cols-[15rem_1fr] sm:justify-items-start">
              {left > 0 ? <QrCode text={link} label={t`QR code that opens the page and pairs the device`} /> : <div className="grid aspect-square w-full max-w-60 place-content-center rounded-xl bg-sunken text-sm text-soft"><Trans>Time is over</Trans></div>}
              <div className="grid w-full content-start gap-3 text-sm">
                <p>
                  <Trans>Scan this with the device's camera. Or open the address below there and type the short code:</Trans>
                </p>
                <p className="rounded-xl bg-ground py-3 text-center font-mono text-3xl font-semibold tracking-[0.2em] select-all" aria-label={t`Short code ${[...pairing.short_code].join(' ')}`}>
                  {pairing.short_code}
                </p>
                {left > 0 ? (
                  <p className="text-soft tabular-nums">
                    <Trans>Valid for {countdown(left)}, for one device.</Trans>
                  </p>
                ) : (
                  <Button icon={RefreshCw} onClick={begin}>
                    <Trans>Make a new code</Trans>
                  </Button>
                )}
              </div>
            </div>
            <CopyLine label={t`Address`} value={new URL(pairing.path.split('#')[0] ?? '', window.location.origin).href} />
            {HERE_ONLY.test(window.location.hostname) && (
              <Note kind="warning" title={t`Other devices cannot open this address`}>
                <Trans>You opened the console at this machine itself. To pair a phone, open it by the station's address in the network, with https.</Trans>
              </Note>
            )}
            {window.location.protocol === 'http:' && !HERE_ONLY.test(window.location.hostname) && (
              <Note kind="warning" title={t`This address is not secure`}>
                <Trans>Browsers give a page the microphone only over https. Open the console by its https address before you pair.</Trans>
              </Note>
            )}
          </>
        )
      )}
    </Dialog>
  );
}
