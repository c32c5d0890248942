import { i18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';

/** The fields of the journal's entries, as people call them. */
const NAMES = {
  action: msg`Action`,
  address: msg`Address`,
  addresses: msg`Addresses`,
  alarm: msg`Alarm`,
  call: msg`Call`,
  codec: msg`Codec`,
  count: msg`How many`,
  device: msg`Device`,
  input: msg`Input`,
  kind: msg`Kind`,
  lock: msg`Lock`,
  locks: msg`Locks`,
  method: msg`By means of`,
  minutes: msg`Minutes`,
  monitor: msg`Monitor`,
  monitors: msg`Monitors`,
  name: msg`Name`,
  names: msg`Names`,
  number: msg`Number`,
  option: msg`Command-line option`,
  port: msg`Port`,
  reason: msg`Reason`,
  seconds: msg`Seconds`,
  server: msg`Server`,
  service: msg`Service`,
  setting: msg`Setting`,
  settings: msg`Settings`,
  source: msg`Source`,
  state: msg`State`,
  station: msg`Station`,
  table: msg`Kept in the table`,
  tries: msg`Attempts`,
  usual: msg`Usual port`,
  version: msg`Version`,
};

/** The name of a field; one that this version of the pages does not know as the station says it. */
export const fieldName = (name: string): string => (name in NAMES ? i18n._(NAMES[name as keyof typeof NAMES]) : name);
