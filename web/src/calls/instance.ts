/** One id for this device for ever, so that a new registration replaces the old flow (RFC 5626). */
export function instanceId(): string {
  const KEY = 'lintel.instance';
  const made = () => crypto.randomUUID?.() ?? '00000000-0000-4000-8000-000000000000'.replace(/[04]/g, (digit) => (digit === '4' ? '4' : Math.floor(Math.random() * 16).toString(16)));
  try {
    const kept = localStorage.getItem(KEY);
    if (kept) return kept;
    const fresh = made();
    localStorage.setItem(KEY, fresh);
    return fresh;
  } catch {
    return made();
  }
}
