/** What a person does, by hand or by what speaks for the hand. */
const ACTS = ['pointerdown', 'keydown', 'wheel', 'click', 'input'] as const;

/** Opening the page is the first. */
let acts = 1;
/** So many of them the station has heard of. */
let heard = 0;

for (const act of ACTS) document.addEventListener(act, () => acts++, { capture: true, passive: true });

/** For one request: whether its page makes it by itself, nobody having done anything since the last one that the station heard. A session must end idle although its page looks for what is new. */
export function attendance(): { unattended: boolean; answered: () => void } {
  const mine = acts;
  return { unattended: mine === heard, answered: () => void (heard = Math.max(heard, mine)) };
}

/** What says the same of streams and pictures, which a browser asks for without headers of ours, and again by itself. */
export const UNATTENDED = { unattended: 1 } as const;
