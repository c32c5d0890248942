import { Trans, useLingui } from '@lingui/react/macro';
import { CreditCard } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/api/client';
import { Button } from '@/ui/Button';
import { inputClass } from '@/ui/Field';
import { complain } from '@/ui/Toasts';

/** Cards that exist nowhere but here: always the same numbers, so that one that was issued opens the next day too. */
const CARDS = [
  { letter: 'A', number: '04A1B2C3' },
  { letter: 'B', number: '04D4E5F6' },
  { letter: 'C', number: '0477AA10' },
  { letter: 'D', number: '04C0FFEE' },
];

/** Holds a twin card to the twin of the reader. Only the administrator may: the station refuses all others. */
export function TapCard({ onDone }: { onDone?: () => void }) {
  const { t } = useLingui();
  const [number, setNumber] = useState('');
  const hold = (card: string) => api.post('/twins/reader', { action: `card:${card}` }).then(onDone, complain);
  return (
    <div className="grid gap-2" data-testid="tap-card">
      <div className="flex flex-wrap gap-2" role="group" aria-label={t`Twin cards`}>
        {CARDS.map(({ letter, number: own }) => (
          <Button key={letter} size="small" icon={CreditCard} data-card={own} title={own} onClick={() => void hold(own)}>
            <Trans>Card {letter}</Trans>
          </Button>
        ))}
      </div>
      <form
        className="flex gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (number.trim()) void hold(number.trim());
        }}
      >
        <input aria-label={t`Number of another card`} placeholder="04A1B2C3" autoComplete="off" spellCheck={false} maxLength={64} value={number} onChange={(event) => setNumber(event.target.value)} className={`${inputClass} min-w-0 flex-1 font-mono`} />
        <Button type="submit">
          <Trans>Hold it</Trans>
        </Button>
      </form>
    </div>
  );
}
