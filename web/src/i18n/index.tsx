import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import type { ReactNode } from 'react';

export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = 'lintel.language';
const isLanguage = (text: string | null | undefined): text is Language => !!text && text in LANGUAGES;

/** The language chosen on this device, else the first of the browser's that we speak, else English. */
export function chosenLanguage(): Language {
  try {
    const kept = localStorage.getItem(KEY);
    if (isLanguage(kept)) return kept;
  } catch {
    // Storage refused: the browser's languages decide.
  }
  for (const tag of navigator.languages ?? []) {
    const short = tag.slice(0, 2).toLowerCase();
    if (isLanguage(short)) return short;
  }
  return 'en';
}

export async function loadLanguage(language: Language = chosenLanguage()): Promise<void> {
  const catalogue = language === 'de' ? await import('../locales/de/messages.po') : await import('../locales/en/messages.po');
  i18n.loadAndActivate({ locale: language, messages: catalogue.messages });
  document.documentElement.lang = language;
}

export async function chooseLanguage(language: Language): Promise<void> {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Not kept, but used.
  }
  await loadLanguage(language);
}

export function Translated({ children }: { children: ReactNode }) {
  return <I18nProvider i18n={i18n}>{children}</I18nProvider>;
}
