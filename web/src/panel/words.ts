import type { I18n } from '@lingui/core';
import { msg, plural } from '@lingui/core/macro';
import type { PanelLine } from '@/api/types';

type Words = (argument: string) => ReturnType<typeof msg>;

/** The panel's standing messages by id, each with its one argument where it has one. */
const WORDS: Record<string, Words> = {
  idle: () => msg`Dial a room and press Call`,
  enter_number: () => msg`Room number`,
  enter_code: () => msg`Code, then #`,
  dialling: (number) => msg`Calling ${number}…`,
  ringing: (number) => msg`Ringing at ${number}`,
  talking: (number) => msg`Talking to ${number}`,
  centre: () => msg`Management centre`,
  emergency: () => msg`Emergency call`,
  arriving: (who) => msg`${who} is calling. Press Call to answer`,
  being_watched: () => msg`A resident is looking`,
  door_open: () => msg`The door is open`,
  lock_open: (name) => msg`${name} is open`,
  no_such_room: (number) => (number ? msg`There is no room ${number}` : msg`No such room`),
  nobody_available: () => msg`Nobody is available`,
  busy: () => msg`Busy`,
  outside_period: () => msg`No calls are taken at this time`,
  no_answer: () => msg`Nobody answers`,
  refused: () => msg`The call was not taken`,
  call_ended: () => msg`The call has ended`,
  connection_lost: () => msg`The connection was lost`,
  no_encryption: () => msg`The call cannot be encrypted`,
  wrong_code: () => msg`Wrong code`,
  keypad_locked: (seconds) => msg`Too many wrong codes. Wait ${plural(Number(seconds), { one: '# second', other: '# seconds' })}`,
  code_too_soon: (seconds) => msg`The door opened just now. Wait ${plural(Number(seconds), { one: '# second', other: '# seconds' })}`,
  not_allowed: () => msg`This code does not open this door`,
  card_awaited: (room) => msg`Hold the new card of room ${room} to the reader`,
  card_issued: () => msg`The card is issued`,
  card_known: () => msg`This card is somebody's already. Hold another one`,
  card_expired: () => msg`No card was held in time`,
  card_cancelled: () => msg`No card is issued now`,
  card_room_full: () => msg`This room has as many cards as it can have`,
  card_not_kept: () => msg`The card could not be stored. Try again`,
  card_unknown: () => msg`This card is not known`,
  card_flooded: (seconds) => msg`Too many unknown cards. Wait ${plural(Number(seconds), { one: '# second', other: '# seconds' })}`,
  card_lost: () => msg`This card was reported lost`,
  card_too_soon: (seconds) => msg`The door opened just now. Wait ${plural(Number(seconds), { one: '# second', other: '# seconds' })}`,
  card_not_allowed: () => msg`This card does not open this door`,
  lock_jammed: () => msg`The lock does not answer`,
};

/** A line of the display: `{id, arguments, text}`, `panel.ringing 101`, or plain words, which are shown as they come. */
export function panelWords(i18n: I18n, line: PanelLine): string {
  const [id, argument] =
    typeof line === 'string'
      ? (/^(panel\.[a-z_]+)(?:[\s:|]+(.*))?$/.exec(line.trim())?.slice(1, 3) ?? ['', line])
      : [line.id, (line.arguments ?? [])[0]];
  if (id === 'panel.text') return argument ?? '';
  const words = WORDS[(id ?? '').replace(/^panel\./, '')];
  if (words && id) return i18n._(words(argument ?? ''));
  return typeof line === 'string' ? line : (line.text ?? line.id);
}
