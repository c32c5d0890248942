/** The station's rules for passwords, shown while one types; the station itself decides. */

export interface RuleState {
  length: boolean;
  kinds: boolean;
  name: boolean;
  runs: boolean;
}

const RUN = 3;

/** `123`, `cba`, `aaa`: three neighbours that rise, fall or repeat. */
export function hasRun(text: string): boolean {
  const lower = text.toLowerCase();
  for (let start = 0; start + RUN <= lower.length; start += 1) {
    const [a, b, c] = [0, 1, 2].map((offset) => lower.charCodeAt(start + offset)) as [number, number, number];
    const step = b - a;
    if (c - b === step && (step === 0 || (Math.abs(step) === 1 && /^[a-z]{3}$|^[0-9]{3}$/.test(lower.slice(start, start + RUN))))) return true;
  }
  return false;
}

export function checkPassword(password: string, account: string): RuleState {
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password)).length;
  const lower = password.toLowerCase();
  const name = account.toLowerCase();
  const backwards = [...name].reverse().join('');
  return {
    length: password.length >= 8,
    kinds: kinds >= 2,
    name: password !== '' && !(name && (lower.includes(name) || lower.includes(backwards))),
    runs: password !== '' && !hasRun(password),
  };
}
