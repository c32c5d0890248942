import { i18n } from '@lingui/core';
import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '@/api/types';
import { belongs, noFilter, toUtc } from '@/console/journal/filter';
import { checkPassword, hasRun } from '@/console/passwordRules';
import { batchNumbers } from '@/console/rooms/batch';
import { fieldsOf } from '@/i18n/station';
import { panelWords } from '@/panel/words';
import { deviceName } from '@/shared/device';

describe('S02 the rules for passwords', () => {
  it.each(['abc', 'x321y', 'aaa', 'Zyx'])('finds the run in %s', (text) => expect(hasRun(text)).toBe(true));
  it.each(['abd', '135', 'aab', '9:;', 'ab1'])('finds none in %s', (text) => expect(hasRun(text)).toBe(false));
  it('refuses the account name forwards and backwards', () => {
    expect(checkPassword('xAdmin77', 'admin').name).toBe(false);
    expect(checkPassword('nimda-77', 'admin').name).toBe(false);
    expect(checkPassword('Door-bell-7', 'admin')).toEqual({ length: true, kinds: true, name: true, runs: true });
  });
});

describe('H05 rooms in batch', () => {
  const batch = { floors: '2', rooms_per_floor: '3', first_number: '101', second_floor_first_number: '201' };
  it('steps from floor to floor', () => expect(batchNumbers(batch)).toEqual(['101', '102', '103', '201', '202', '203']));
  it('keeps leading zeros', () => expect(batchNumbers({ ...batch, first_number: '0101', second_floor_first_number: '0201' })?.[0]).toBe('0101'));
  it('refuses floors that overlap', () => expect(batchNumbers({ ...batch, second_floor_first_number: '102' })).toBeNull());
  it('refuses numbers longer than six digits and too many rooms', () => {
    expect(batchNumbers({ ...batch, first_number: '999999', second_floor_first_number: '999999' })).toBeNull();
    expect(batchNumbers({ ...batch, floors: '900', rooms_per_floor: '900' })).toBeNull();
  });
  it('refuses what is no number', () => expect(batchNumbers({ ...batch, floors: 'two' })).toBeNull());
});

describe('N09 the live journal', () => {
  const entry: JournalEntry = { id: 1, time: '2026-03-01T10:00:00Z', kind: 'call', event: 'call.answered', severity: 'information', message: 'Room 101 answered.', room: '101' };
  it('shows what matches the filter and nothing else', () => {
    expect(belongs(entry, noFilter)).toBe(true);
    expect(belongs(entry, { ...noFilter, kind: 'alarm' })).toBe(false);
    expect(belongs(entry, { ...noFilter, room: '102' })).toBe(false);
    expect(belongs(entry, { ...noFilter, text: 'ANSWERED' })).toBe(true);
  });
  it('compares times in UTC', () => {
    expect(toUtc('not a time')).toBe('');
    expect(belongs({ ...entry, time: '2026-03-01T10:00:00.000Z' }, { ...noFilter, from: '2030-01-01T00:00' })).toBe(false);
  });
  it('reads fields in both shapes', () => {
    expect(fieldsOf({ ...entry, fields: [{ name: 'a', value: 1 }] })).toEqual([['a', '1']]);
    expect(fieldsOf({ ...entry, fields: { a: 1 } })).toEqual([['a', '1']]);
  });
});

describe('the words of the panel', () => {
  it.each([
    ['panel.idle', 'Dial a room and press Call'],
    ['panel.no_such_room 999', 'There is no room 999'],
    ['panel.text Parcels to the back door', 'Parcels to the back door'],
    ['Welcome home', 'Welcome home'],
    ['panel.code_too_soon 1', 'The door opened just now. Wait 1 second'],
    ['panel.keypad_locked 300', 'Too many wrong codes. Wait 300 seconds'],
    ['panel.unheard_of', 'panel.unheard_of'],
  ])('%s', (line, words) => expect(panelWords(i18n, line)).toBe(words));
  it('takes an id with arguments too', () => expect(panelWords(i18n, { id: 'panel.ringing', arguments: ['101'] })).toBe('Ringing at 101'));
});

describe('the name of a device', () => {
  it('is one a person recognises', () => {
    expect(deviceName('Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36')).toBe('Chrome, Android');
  });
});
