import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { LANGUAGES, type Language, chooseLanguage, chosenLanguage } from '@/i18n';
import { SelectField } from '@/ui/Field';
import { complain } from '@/ui/Toasts';

type Theme = 'auto' | 'light' | 'dark';
const KEY = 'lintel.theme';

export function chosenTheme(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === 'light' || theme === 'dark' ? theme : 'auto';
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === 'auto') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Not kept, but shown.
  }
}

/** Language and theme belong to the device, not to the account. */
export function Preferences() {
  const { t } = useLingui();
  const [theme, setTheme] = useState(chosenTheme);
  const [language, setLanguage] = useState(chosenLanguage);
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <SelectField
        label={t`Language`}
        value={language}
        options={Object.entries(LANGUAGES).map(([value, title]) => ({ value, title }))}
        onChange={(event) => {
          const chosen = event.target.value as Language;
          setLanguage(chosen);
          chooseLanguage(chosen).catch(complain);
        }}
      />
      <SelectField
        label={t`Appearance`}
        value={theme}
        options={[
          { value: 'auto', title: t`Like the device` },
          { value: 'light', title: t`Light` },
          { value: 'dark', title: t`Dark` },
        ]}
        onChange={(event) => {
          const chosen = event.target.value as Theme;
          setTheme(chosen);
          chooseTheme(chosen);
        }}
      />
    </div>
  );
}
