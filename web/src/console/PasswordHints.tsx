import { useLingui } from '@lingui/react/macro';
import { Check, Circle } from 'lucide-react';
import { cx } from '@/ui/cx';
import { checkPassword } from './passwordRules';

export function PasswordHints({ password, repeat, account }: { password: string; repeat: string; account: string }) {
  const { t } = useLingui();
  const rules = checkPassword(password, account);
  const list: [boolean, string][] = [
    [rules.length, t`At least 8 characters`],
    [rules.kinds, t`Two kinds: small, capital, digits, signs`],
    [rules.name, t`Without the account name, forwards or backwards`],
    [rules.runs, t`No runs such as 123, abc or aaa`],
    [password !== '' && password === repeat, t`Both entries are the same`],
  ];
  return (
    <ul className="grid gap-1 text-sm" aria-label={t`Rules for the password`}>
      {list.map(([met, text]) => (
        <li key={text} className={cx('flex items-start gap-2', met ? 'text-open' : 'text-soft')}>
          {met ? <Check aria-hidden className="mt-0.5 size-4 shrink-0" /> : <Circle aria-hidden className="mt-0.5 size-4 shrink-0" />}
          {text}
          <span className="sr-only">{met ? t`met` : t`not met yet`}</span>
        </li>
      ))}
    </ul>
  );
}
