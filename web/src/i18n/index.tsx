import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import type { ReactNode } from 'react';
import { piece } from '@/shared/piece';
import { learn } from './station';

export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = 'lintel.language';
const isLanguage = (text: string | null | undefined): text is Language => !!text && text in LANGUAGES;

function keptLanguage(): Language | undefined {
  try {
    const kept = localStorage.getItem(KEY);
    if (isLanguage(kept)) return kept;
  } catch {
    // Storage refused: the browser's languages decide.
  }
  return undefined;
}

/** The language chosen on this device, else `preferred`, else the first of the browser's that we speak, else English. */
export function chosenLanguage(preferred?: string | null): Language {
  const kept = keptLanguage();
  if (kept) return kept;
  if (isLanguage(preferred)) return preferred;
  for (const tag of navigator.languages ?? []) {
    const short = tag.slice(0, 2).toLowerCase();
    if (isLanguage(short)) return short;
  }
  return 'en';
}

let learning: Promise<void> | undefined;
/** Settled when what the station says can be translated. */
export const stationLearnt = (): Promise<void> => learning ?? Promise.resolve();

/** What was asked for last: another that arrives after it is wanted no more. */
let wanted: Language | undefined;
let standing = false;

export async function loadLanguage(language: Language = chosenLanguage()): Promise<void> {
  wanted = language;
  const station = language === 'de' ? piece(() => import('../locales/de/station.po')) : undefined;
  const pages = await piece(() => (language === 'de' ? import('../locales/de/messages.po') : import('../locales/en/messages.po')));
  // Where a language stands, much that the station said does so too, and changes with the page's words.
  const words = standing ? (await station)?.messages : undefined;
  if (wanted !== language) return;
  standing = true;
  learn(words ?? {});
  i18n.loadAndActivate({ locale: language, messages: { ...pages.messages, ...words } });
  document.documentElement.lang = language;
  if (words) {
    learning = undefined;
    return;
  }
  // At the start the station's own words may come a moment after the page's: nothing it says is there yet either.
  learning = station?.then(({ messages }) => {
    if (i18n.locale !== language) return;
    learn(messages);
    i18n.load(language, messages);
  });
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
