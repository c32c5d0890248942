import { i18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { timeLimit } from '@/api/client';

const KEY = 'lintel.loaded-anew';
const ANSWER_LIMIT_MS = 5_000;

/** Which build of the page this is: its script has the build's own name. */
const build = () => document.querySelector<HTMLScriptElement>('script[type="module"][src]')?.src ?? '';

const stationAnswers = () =>
  fetch(window.location.pathname, { method: 'HEAD', cache: 'no-store', signal: timeLimit(ANSWER_LIMIT_MS) }).then(
    (response) => response.ok,
    () => false,
  );

function firstTime(): boolean {
  try {
    if (sessionStorage.getItem(KEY) === build()) return false;
    sessionStorage.setItem(KEY, build());
    return true;
  } catch {
    return false; // what is not kept could go on for ever
  }
}

/**
 * A piece of the page that is fetched when it is wanted. After an update the station has the old page's pieces no more:
 * the page loads itself anew then, but once for each build, and not while nobody answers.
 */
export async function piece<T>(load: () => Promise<T>, loadAnew = () => window.location.reload()): Promise<T> {
  try {
    return await load();
  } catch {
    if ((await stationAnswers()) && firstTime()) {
      loadAnew();
      return new Promise<never>(() => undefined); // the page is on its way out
    }
    // The browser's own words are English, and about a file.
    throw new Error(i18n._(msg`A part of it did not arrive. Make sure that the station can be reached, then load the page again.`));
  }
}
