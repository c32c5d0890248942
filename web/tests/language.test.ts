import { i18n } from '@lingui/core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { loadLanguage } from '@/i18n';
import { said } from '@/i18n/station';

/** Pieces of the page that are on their way: each arrives when it is called. */
const { coming, slow } = vi.hoisted(() => ({ coming: [] as (() => void)[], slow: { now: false } }));
vi.mock('@/shared/piece', () => ({
  piece: <T>(load: () => Promise<T>) =>
    new Promise<T>((done, fail) => {
      const arrive = () => void load().then(done, fail);
      if (slow.now) coming.push(arrive);
      else arrive();
    }),
}));

const moment = () => new Promise((done) => setTimeout(done, 30));

describe('a language that is chosen while another stands', () => {
  beforeEach(async () => {
    slow.now = false;
    coming.length = 0;
    await loadLanguage('de'); // so that what comes is here at once when it is let come
    await loadLanguage('en');
    slow.now = true;
  });

  it.each([[[0, 1]], [[1, 0]]])('comes with the words of the station, whichever arrives first: %s', async ([first, second]) => {
    const words: string[] = [];
    const stop = i18n.on('change', () => words.push(said('There is no room 999.')));
    const chosen = loadLanguage('de');
    coming[first!]!();
    await moment();
    expect(i18n.locale).toBe('en');
    coming[second!]!();
    await chosen;
    stop();
    expect(i18n.locale).toBe('de');
    expect(words[0]).toBe('Raum 999 gibt es nicht.');
    expect(document.documentElement.lang).toBe('de');
  });

  it('gives way to one that was chosen later, however late it arrives itself', async () => {
    const first = loadLanguage('de');
    slow.now = false;
    await loadLanguage('en');
    for (const arrive of coming) arrive();
    await first;
    await moment();
    expect(i18n.locale).toBe('en');
    expect(document.documentElement.lang).toBe('en');
    expect(said('There is no room 999.')).toBe('There is no room 999.');
  });
});
