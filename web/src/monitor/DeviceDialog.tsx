import { Trans, useLingui } from '@lingui/react/macro';
import { BellRing, Unlink } from 'lucide-react';
import { useState } from 'react';
import type { Paired } from '@/api/types';
import { arm, tryChime } from '@/media/ringer';
import { Preferences } from '@/shared/Preferences';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Note } from '@/ui/Status';

export function DeviceDialog({ device, onUnpair, onClose }: { device: Paired; onUnpair: () => void; onClose: () => void }) {
  const { t } = useLingui();
  const [sure, setSure] = useState(false);
  return (
    <Dialog title={t`This device`} onClose={onClose} sticky={false}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
        <dt className="text-soft">
          <Trans>Station</Trans>
        </dt>
        <dd>
          {device.station.name} ({device.station.number})
        </dd>
        <dt className="text-soft">
          <Trans>Account</Trans>
        </dt>
        <dd className="font-mono">{device.account}</dd>
      </dl>
      <Preferences />
      <Button icon={BellRing} onClick={async () => (await arm()) && tryChime()}>
        <Trans>Try the bell</Trans>
      </Button>
      {sure ? (
        <Note
          kind="warning"
          title={t`Unpair this device?`}
          action={
            <Button tone="danger" size="small" onClick={onUnpair}>
              <Trans>Unpair</Trans>
            </Button>
          }
        >
          <Trans>It will not ring any more. Remove it in the console too, so that its account ends.</Trans>
        </Note>
      ) : (
        <Button icon={Unlink} onClick={() => setSure(true)}>
          <Trans>Unpair…</Trans>
        </Button>
      )}
    </Dialog>
  );
}
