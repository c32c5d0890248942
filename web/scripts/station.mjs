// Reads what the station says out of its sources, so that it is translated like every other string: the settings
// table, the journal's events, and the sentences that it answers with. English is written there and nowhere else.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** C++ as tokens; comments and preprocessor lines left out. A literal is {text}, anything else its spelling. */
function tokens(code) {
  const found = [];
  const pattern = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|^[ \t]*#[^\n]*|R"\((?<raw>[\s\S]*?)\)"|"(?<text>(?:[^"\\\n]|\\.)*)"|'(?:[^'\\\n]|\\.)+'|[A-Za-z_]\w*|\d[\w.']*|::|\+=|\S/gm;
  for (const match of code.matchAll(pattern)) {
    if (match[0].startsWith('//') || match[0].startsWith('/*') || match[0].trimStart().startsWith('#')) continue;
    const { text, raw } = match.groups;
    if (text !== undefined) found.push({ text: text.replace(/\\(.)/g, (_, one) => ({ n: '\n', t: '\t' })[one] ?? one) });
    else if (raw !== undefined) found.push({ text: raw });
    else found.push(match[0]);
  }
  return found;
}

const isText = (token) => typeof token === 'object';

/** Neighbouring literals are one, and std::string("…") is its literal. */
function joined(list) {
  const out = [];
  for (let at = 0; at < list.length; at++) {
    const wrapped = list[at] === 'std' && list[at + 1] === '::' && /^string(_view)?$/.test(list[at + 2]) && list[at + 3] === '(' && isText(list[at + 4]);
    let end = wrapped ? at + 4 : at;
    if (!isText(list[end])) {
      out.push(list[at]);
      continue;
    }
    let text = '';
    while (isText(list[end])) text += list[end++].text;
    if (wrapped && list[end] !== ')') {
      out.push(list[at]);
      continue;
    }
    out.push({ text });
    at = wrapped ? end : end - 1;
  }
  return out;
}

const OPEN = { '(': ')', '[': ']', '{': '}' };
const CLOSE = new Set([')', ']', '}']);

/** Where the operand that begins at `at` ends. */
function pastOperand(list, at) {
  for (let depth = 0; at < list.length; at++) {
    const token = list[at];
    if (token in OPEN) depth++;
    else if (CLOSE.has(token) && depth-- === 0) return at;
    else if (depth === 0 && ['+', ',', ';', '?', ':'].includes(token)) return at;
  }
  return at;
}

const HOLE = '\u0000';

/** The template that the expression around the literal at `at` makes, with HOLE for what only the running station knows. */
function template(list, at) {
  const formatted = list[at - 1] === '(' && list[at - 2] === 'format';
  const holes = (text) => (formatted ? text.replace(/\{\{|\}\}/g, (twice) => twice[0]).replace(/\{[^{}]*(?:\{\}[^{}]*)?\}/g, HOLE) : text);
  let text = (list[at - 1] === '+' || list[at - 1] === '+=' ? HOLE : '') + holes(list[at].text);
  let next = at + 1;
  if (!formatted)
    while (list[next] === '+') {
      const end = isText(list[next + 1]) ? next + 2 : pastOperand(list, next + 1);
      text += isText(list[next + 1]) ? list[next + 1].text : HOLE;
      next = end;
    }
  let number = 0;
  return { text: text.replaceAll(HOLE, () => `{${number++}}`), end: next };
}

/** Whether the literal at `at` is an argument of a call of the log, which only the installer's terminal shows. */
function isLogged(list, at) {
  for (let depth = 0, back = at - 1; back > 2 && ![';', '{', '}'].includes(list[back]); back--) {
    if (CLOSE.has(list[back])) depth++;
    else if (list[back] === '(' && depth-- === 0) {
      if (list[back - 2] === '::' && list[back - 3] === 'log') return true;
      depth = 0;
    }
  }
  return false;
}

const isSentence = (text) => /^(?:[A-Z'{])/.test(text) && /[a-z]{2,}/.test(text) && / /.test(text) && (/[.!?]$/.test(text) || /[a-z][.:] ?\{\d+\}$/.test(text));

function* sentences(list) {
  for (let at = 0; at < list.length; at++) {
    // A route's summary is for programmers and stays English.
    if (!isText(list[at]) || (list[at - 1] === '=' && list[at - 2] === 'summary') || isLogged(list, at)) continue;
    const { text, end } = template(list, at);
    if (isSentence(text)) yield { id: text };
    at = Math.max(at, end - 1);
  }
}

/** `name = "…"`: of a designated initialiser or a variable. */
function* assigned(list, names) {
  for (let at = 2; at < list.length; at++)
    if (isText(list[at]) && list[at - 1] === '=' && names.test(list[at - 2])) {
      const { text } = template(list, at);
      if (text) yield { id: text };
    } else if (isText(list[at]) && list[at - 1] === '(' && list[at - 2] === 'format' && list[at - 5] === '=' && names.test(list[at - 6])) yield { id: template(list, at).text };
}

/** The literals of every `Kind{…}`, by their place. */
function* initialised(list, kind) {
  for (let at = 0; at < list.length; at++) {
    if (list[at] !== kind) continue;
    const open = list[at + 1] === '{' ? at + 1 : list[at + 2] === '{' ? at + 2 : 0;
    if (!open) continue;
    const texts = [];
    for (let end = open + 1; end < list.length && list[end] !== '}'; end++) if (isText(list[end])) texts.push(list[end].text);
    if (texts.length) yield texts;
  }
}

/** The tables of names that end up in the journal's fields: why a call ended, how a door was opened. */
const NAMED = /^(?:cause|start|refusal|method|outcome)_names$/;
function* names(list) {
  for (let at = 0; at < list.length; at++)
    if (typeof list[at] === 'string' && NAMED.test(list[at]) && list[at + 1] === '=' && list[at + 2] === '{')
      for (let end = at + 3; list[end] !== '}'; end++) if (isText(list[end])) yield { id: list[end].text };
}

/** The units of settings: what name_of(Unit) answers. */
function* units(list) {
  for (let at = 0; at < list.length; at++)
    if (list[at] === 'name_of' && list[at + 2] === 'Unit')
      for (let end = list.indexOf('{', at) + 1, past = pastOperand(list, end); end < past; end++) if (list[end] === 'return' && isText(list[end + 1])) yield { id: list[end + 1].text, must: true };
}

/** Where `open` at `at` is closed again. */
function closed(list, at) {
  let depth = 0;
  for (; at < list.length; at++) {
    if (list[at] in OPEN) depth++;
    else if (CLOSE.has(list[at]) && --depth === 0) break;
  }
  return at;
}

/** Parts of sentences that are translated by themselves: what a camera is, and why it is lost. */
function* phrases(list) {
  for (let at = 0; at < list.length; at++) {
    let open = list[at] === 'CameraSource' && list[at + 1] === '{' ? at + 1 : 0;
    if (/^(?:lose|because)$/.test(list[at]) && list[at + 1] === '(') open = at + 1;
    if (/^(?:words_for|what)$/.test(list[at]) && list[at + 1] === '(') {
      open = closed(list, at + 1) + 1;
      if (list[open] === 'const') open++;
      if (list[open] !== '{') continue;
    }
    for (let end = open + 1, past = open ? closed(list, open) : 0; end < past; end++) if (isText(list[end]) && / /.test(list[end].text)) yield { id: template(list, end).text };
  }
}

/** What a setting allows, where that is not written at the setting: a constant so named, whose text is taken where it stands. */
const FORM = /^\w+_form$/;
function checkAllowed(file, list) {
  for (let at = 2; at < list.length; at++) {
    if (list[at - 1] !== '=' || list[at - 2] !== 'allowed' || isText(list[at])) continue;
    let end = at;
    while (end < list.length && list[end] !== ',' && list[end] !== '}') end++;
    const name = list.slice(at, end);
    if (!FORM.test(name.at(-1)) || name.some((token) => !/^(?:\w+|::)$/.test(token))) throw new Error(`${file}: what a setting allows must be a literal or a constant named …_form, or it cannot be translated`);
  }
}

/** What never reaches a page: the command line, the wire, the inside of calls and encoders, what ends the start. */
const SILENT = /src\/(?:app\/(?:options|main)|base\/|sip\/(?!registration)|web\/openapi|http\/(?:files|server)|storage\/data_folder|media\/(?:leg|encryption|rtp|webrtc|sdp|media|pipeline|encoder_pipeline|sound_file))/;

/**
 * Every text of one source file: {id, message?, must?}. The id is the English text, or for an event `event.` and its id
 * with the text as message. `must`: a page shows it as it stands, so it may not be without a translation.
 */
export function textsOf(file, code) {
  const list = joined(tokens(code));
  const found = [];
  const settings = /src\/settings\/(?:entries_\w+|pages)\.hpp$/.test(file);
  if (file.endsWith('src/journal/events.hpp')) {
    for (const [id, sentence, ...help] of initialised(list, 'Event')) {
      if (help.length !== 1) throw new Error(`${file}: the help of ${id} must be a literal, or it cannot be translated`);
      found.push({ id: `event.${id}`, message: sentence, must: true }, { id: help[0], must: true });
    }
  } else if (settings) {
    checkAllowed(file, list);
    found.push(...assigned(list, /^(?:title|help|allowed|\w+_form)$/));
    for (const [, title] of initialised(list, 'Choice')) found.push({ id: title });
    for (const [, ...words] of initialised(list, 'Page')) found.push(...words.map((id) => ({ id })));
    for (const one of found) one.must = true;
    const entries = list.filter((token, at) => token === 'Entry' && list[at + 1] === '{').length;
    if ([...assigned(list, /^title$/)].length !== entries) throw new Error(`${file}: a setting's title must be a literal, or it cannot be translated`);
  } else if (!SILENT.test(file)) {
    found.push(...sentences(list), ...assigned(list, /^(?:limit|subject)$/), ...names(list), ...units(list));
  }
  if (!settings) for (const { id } of assigned(list, FORM)) found.push({ id, must: true });
  if (/src\/media\//.test(file)) found.push(...phrases(list));
  return [...new Map(found.filter((one) => /[a-z]/i.test(one.id.replace(/\{\d+\}/g, ''))).map((one) => [one.id, one])).values()];
}

/** The same for `lingui extract`. */
export const extractor = {
  match: (file) => /\.[ch]pp$/.test(file),
  extract(file, code, found) {
    for (const { id, message } of textsOf(file, code)) found({ id, message: message ?? id, comment: message, origin: [file, 1], placeholders: {} });
  },
};

/** All of them, of the sources below `root`. */
export function stationTexts(root) {
  const files = readdirSync(join(root, 'src'), { recursive: true }).filter((name) => extractor.match(name));
  return files.flatMap((name) => textsOf(join('src', name), readFileSync(join(root, 'src', name), 'utf8')));
}
