import { useLingui } from '@lingui/react/macro';
import { LoaderCircle, Wifi, WifiOff } from 'lucide-react';
import type { LineState } from '@/calls/CallClient';
import { Status } from '@/ui/Status';

/** Whether this monitor can be rung right now, in one word. */
export function LineStatus({ line, reason }: { line: LineState; reason?: string }) {
  const { t } = useLingui();
  const looks = {
    online: { tone: 'open', icon: Wifi, word: t`Online` },
    connecting: { tone: 'ringing', icon: LoaderCircle, word: t`Connecting…` },
    reconnecting: { tone: 'ringing', icon: LoaderCircle, word: t`Reconnecting…` },
    offline: { tone: 'alarm', icon: WifiOff, word: t`Offline` },
    refused: { tone: 'alarm', icon: WifiOff, word: t`Refused` },
  } as const;
  const look = looks[line];
  return (
    <span role="status" title={reason || undefined} data-line={line}>
      <Status tone={look.tone} icon={look.icon}>
        {look.word}
      </Status>
    </span>
  );
}
