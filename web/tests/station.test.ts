import { i18n } from '@lingui/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalEntry } from '@/api/types';
import { loadLanguage, stationLearnt } from '@/i18n';
import { eventsThatSay, learn, said, sentence } from '@/i18n/station';
import { textsOf } from '../scripts/station.mjs';

const entry = (event: string, rest: Partial<JournalEntry> = {}): JournalEntry => ({ id: 1, time: '', kind: 'call', event, severity: 'information', message: 'In English.', ...rest });

describe('what is read out of the sources', () => {
  const ids = (file: string, code: string) => textsOf(file, code).map((one) => one.id);

  it('takes titles, help, allowed texts, choices and pages of settings', () => {
    const code = `inline constexpr std::array kinds = {Choice{"a", "First kind"}};
      // Entry{.title = "not this"}
      Entry{.key = "x.y", .page = "p", .title = "A title", .help = "Some "
        "help.", .allowed = "digits", .text = "a default"},
      Page{"p", "The page", "Its help.", "System"}`;
    expect(ids('src/settings/entries_x.hpp', code)).toEqual(['A title', 'Some help.', 'digits', 'First kind', 'The page', 'Its help.', 'System']);
  });

  it('takes a form that several settings allow, where it is written, and refuses one that it would not find', () => {
    const entry = (allowed: string) => `Entry{.key = "x.y", .title = "A title", .allowed = ${allowed}, .depends_on = "z"}`;
    expect(textsOf('src/hardware/line.hpp', 'inline constexpr std::string_view line_form = "a chip, such as chip0:17";')).toEqual([{ id: 'a chip, such as chip0:17', must: true }]);
    expect(ids('src/settings/entries_x.hpp', entry('hardware::line_form'))).toEqual(['A title']);
    expect(() => textsOf('src/settings/entries_x.hpp', entry('hardware::line_words'))).toThrow(/what a setting allows/);
    expect(() => textsOf('src/settings/entries_x.hpp', entry('words_of(line_form)'))).toThrow(/what a setting allows/);
  });

  it('takes events by their id, and what they mean', () => {
    const code = 'inline constexpr Event one{"call.one", Kind::call, Severity::warning,\n "{subject} called.", "Help."};';
    expect(textsOf('src/journal/events.hpp', code)).toEqual([{ id: 'event.call.one', message: '{subject} called.', must: true }, { id: 'Help.', must: true }]);
  });

  it('takes sentences with holes where the program fills in, and leaves the log alone', () => {
    const code = `log::warning("x", "This is {} for the log.", one.error().message);
      return Error{ErrorCode::invalid, fmt::format("Room {} holds {:.2f}.", room, f(a, b)), "room"};
      fail(field, std::string("'") + field + "' must be " + limit(1, 2) + ".", {});
      return {.message = std::string(what) + " is not there yet. Try "
                 "again."};
      route({.summary = "Every setting is listed here."});`;
    expect(ids('src/web/x.cpp', code)).toEqual(['Room {0} holds {1}.', "'{0}' must be {1}.", '{0} is not there yet. Try again.']);
  });

  it('takes what a camera is, and why it is lost, as parts of sentences', () => {
    const code = `std::string what() const { return lent ? "lent by " + name : description; }
      if (gone) return lose("it was unplugged");
      return because(device ? "it is not there" : text);
      source = CameraSource{Kind::test, {}, "test picture"};
      std::string words_for(const GError& error) { switch (error.code) { default: return "it stopped giving data"; } }
      open("some other words");`;
    expect(ids('src/media/camera.cpp', code)).toEqual(['lent by {0}', 'it was unplugged', 'it is not there', 'test picture', 'it stopped giving data']);
    expect(ids('src/sip/x.cpp', code)).toEqual([]);
  });
});

describe('what the station says, in German', () => {
  beforeEach(async () => {
    await loadLanguage('de');
    await stationLearnt();
  });
  afterEach(() => {
    learn({});
    i18n.loadAndActivate({ locale: 'en', messages: {} });
  });

  it('keeps whole sentences, fills holes, and translates what stands in them', () => {
    expect(said('The two passwords differ.')).toBe('Die beiden Passwörter sind verschieden.');
    expect(said('There is no room 999.')).toBe('Raum 999 gibt es nicht.');
    expect(said('Longest ringing must be a whole number, 5 to 300 seconds.')).toBe('Längstes Klingeln muss eine ganze Zahl sein, 5 bis 300 Sekunden.');
    expect(said('2 fields are not right. The password is wrong.')).toBe('2 Felder stimmen nicht. Das Passwort ist falsch.');
    expect(said('The password is wrong. The two passwords differ. The password is wrong.')).toBe('Das Passwort ist falsch. Die beiden Passwörter sind verschieden. Das Passwort ist falsch.');
    expect(said('Number may only be digits.')).toBe('Nummer: erlaubt sind nur Ziffern.');
    expect(said('The camera (test picture) is lost: it was unplugged. It is tried again in 0.5 seconds.')).toBe(
      'Die Kamera (Testbild) ist ausgefallen: sie wurde abgezogen. Nächster Versuch in 0.5 s.',
    );
    expect(said('The camera (lent by Panel) gives 1280x720 at 25 pictures a second.')).toBe('Die Kamera (verliehen von Panel) gibt 1280×720 mit 25 Bildern je Sekunde.');
  });

  it('leaves alone what it does not know, and what a person named', () => {
    expect(said('Nobody wrote this.')).toBe('Nobody wrote this.');
    expect(said('Frau Grün {0} [x]')).toBe('Frau Grün {0} [x]');
  });

  it('makes sentences of journal entries from their fields', () => {
    expect(sentence(entry('access.unlocked', { door: 'Haustür', subject: 'Anna', fields: [{ name: 'method', value: 'code' }] }))).toBe('Anna hat Haustür geöffnet (Code).');
    expect(sentence(entry('call.ringing', { room: '007', fields: { monitors: '1' } }))).toBe('In Raum 007 klingelt ein Monitor.');
    expect(sentence(entry('call.ringing', { room: '007', fields: { monitors: '3' } }))).toBe('In Raum 007 klingeln 3 Monitore.');
    expect(sentence(entry('view.started'))).toBe('unbekannt sieht der Tür zu.');
    expect(sentence(entry('an.unknown.event'))).toBe('In English.');
  });

  it('N09 finds events by the words of their sentence', () => {
    expect(eventsThatSay('wieder VERRIEGELT')).toEqual(['access.locked']);
    expect(eventsThatSay(' ')).toEqual([]);
  });
});

it('leaves English as the station speaks it', async () => {
  await loadLanguage('en');
  expect(said('There is no room 999.')).toBe('There is no room 999.');
  expect(sentence(entry('access.unlocked'))).toBe('In English.');
});
