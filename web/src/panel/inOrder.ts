import type { PanelKey } from '@/api/types';

/** Keys that wait while one is on its way; more are not taken. */
const WAITING_LIMIT = 32;

/**
 * Sends keys one after the other, as they were pressed: of two requests under way at once the later may arrive first, and 101
 * would ring at 110. When one does not arrive, those behind it are not sent either, for without it they mean another room.
 * The emergency key waits for nobody.
 */
export function inOrder(send: (key: PanelKey) => Promise<void>): (key: PanelKey) => Promise<void> {
  let waiting: PanelKey[] = [];
  let busy = false;
  return async (key) => {
    if (key === 'emergency') return send(key);
    if (waiting.length >= WAITING_LIMIT) return;
    waiting.push(key);
    if (busy) return;
    busy = true;
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) await send(next);
    } catch {
      waiting = []; // whoever sends has said why
    } finally {
      busy = false;
    }
  };
}
