import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { said } from '@/i18n/station';

/** Names, kinds, states and actions of the hardware and its twins. */
const WORDS: Record<string, MessageDescriptor> = {
  'exit-button': msg`Exit button`,
  'emergency-key': msg`Emergency key`,
  keypad: msg`Keypad`,
  display: msg`Display`,
  lights: msg`Lights`,
  reader: msg`Reader`,
  camera: msg`Camera`,
  relay: msg`Relay`,
  input: msg`Input`,
  energised: msg`Energised`,
  released: msg`Released`,
  failing: msg`Failing`,
  jammed: msg`Jammed`,
  active: msg`Active`,
  idle: msg`Idle`,
  ready: msg`Ready`,
  awaiting: msg`Awaits a card`,
  accepted: msg`Accepted`,
  refused: msg`Refused`,
  off: msg`Off`,
  running: msg`Running`,
  asleep: msg`Asleep`,
  opening: msg`Opening`,
  lost: msg`Lost`,
  press: msg`Press`,
  activate: msg`Hold`,
  release: msg`Release`,
  fail: msg`Let it fail`,
  jam: msg`Let it jam`,
  heal: msg`Mend`,
  unplug: msg`Unplug`,
  plug: msg`Plug in`,
};

/** `energised, jammed`, `lock-2`, `key:5` as words; what is not known reads as it came, without its hyphens. */
export function twinWords(i18n: I18n, text: string): string {
  const one = (part: string): string => {
    const known = WORDS[part];
    if (/ /.test(part)) return said(part);
    if (known) return i18n._(known);
    const [, what, number = ''] = /^(lock|door|door-contact)-(\d+)$/.exec(part) ?? [];
    if (what === 'lock') return i18n._(msg`Lock ${number}`);
    if (what) return i18n._(msg`Door contact ${number}`);
    if (part.startsWith('key:')) return part.slice(4).toUpperCase();
    return part.replace(/[_-]+/g, ' ').replace(/^./, (first) => first.toUpperCase());
  };
  return text.split(', ').map(one).join(', ');
}
