// The keys of the panel's page.
import { describe, expect, it } from 'vitest';
import type { PanelKey } from '@/api/types';
import { inOrder } from '@/panel/inOrder';

// A line on which each key is under way until the test lets it arrive, or fail.
function line() {
  const sent: PanelKey[] = [];
  const underWay: { arrive: () => void; fail: () => void }[] = [];
  const send = (key: PanelKey) => {
    sent.push(key);
    return new Promise<void>((done, failed) => underWay.push({ arrive: done, fail: () => failed(new Error('lost')) }));
  };
  const later = () => new Promise((done) => setTimeout(done));
  return { sent, press: inOrder(send), arrive: async () => { underWay.shift()!.arrive(); await later(); }, fail: async () => { underWay.shift()!.fail(); await later(); } };
}

describe('C01: keys of the panel', () => {
  it('leave one after the other, as they were pressed', async () => {
    const { sent, press, arrive } = line();
    for (const key of ['1', '0', '1', 'call'] as const) void press(key);
    expect(sent).toEqual(['1']);
    await arrive();
    expect(sent).toEqual(['1', '0']);
    await arrive();
    await arrive();
    await arrive();
    expect(sent).toEqual(['1', '0', '1', 'call']);
    void press('hangup');
    expect(sent.at(-1)).toBe('hangup');
  });

  it('that were pressed after one that did not arrive mean another room, and are not sent', async () => {
    const { sent, press, arrive, fail } = line();
    for (const key of ['1', '0', '1'] as const) void press(key);
    await fail();
    expect(sent).toEqual(['1']);
    void press('2');
    await arrive();
    expect(sent).toEqual(['1', '2']);
  });

  it('do not make the emergency key wait, and are bounded', async () => {
    const { sent, press, arrive } = line();
    for (let count = 0; count < 100; ++count) void press('5');
    void press('emergency');
    expect(sent).toEqual(['5', 'emergency']);
    await arrive();
    await arrive(); // the emergency key
    for (let count = 0; count < 32; ++count) await arrive();
    expect(sent.filter((key) => key === '5')).toHaveLength(33);
    void press('1'); // nothing waits any more
    expect(sent.at(-1)).toBe('1');
  });
});
