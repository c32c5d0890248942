import { Trans, useLingui } from '@lingui/react/macro';
import { PhoneMissed, PhoneOff, TriangleAlert, Users } from 'lucide-react';
import type { EndCause } from '@/calls/CallClient';
import { Button } from '@/ui/Button';

/** How it ended, large enough to be read in passing; leaves by itself. */
export function EndedScreen({ cause, reason, onClose }: { cause: EndCause; reason: string; onClose: () => void }) {
  const { t } = useLingui();
  const looks = {
    ended: { icon: PhoneOff, title: t`Call ended`, text: '' },
    declined: { icon: PhoneOff, title: t`Declined`, text: '' },
    missed: { icon: PhoneMissed, title: t`Missed`, text: t`The visitor left, or nobody answered in time.` },
    'answered-elsewhere': { icon: Users, title: t`Answered elsewhere`, text: t`Another monitor of this room took the call.` },
    failed: { icon: TriangleAlert, title: t`The call broke off`, text: reason },
  } as const;
  const { icon: Icon, title, text } = looks[cause] ?? looks.ended;
  return (
    <main data-phase="ended" data-cause={cause} className="fixed inset-0 z-40 grid place-content-center justify-items-center gap-4 bg-ground p-6 text-center">
      <span className="grid size-20 place-items-center rounded-full bg-surface shadow-float">
        <Icon aria-hidden className="size-9 text-soft" />
      </span>
      <div role="alert">
        <h1 className="text-3xl font-semibold tracking-tight">{title}</h1>
        {text && <p className="mx-auto mt-2 max-w-md text-soft">{text}</p>}
      </div>
      <Button size="large" onClick={onClose}>
        <Trans>Close</Trans>
      </Button>
    </main>
  );
}
