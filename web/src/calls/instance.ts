/**
 * One id for this page for as long as it stands, so that a new registration replaces its old flow (RFC 5626). Not one for
 * the device: a second window with the same monitor would take the first one's place, which then rings no more.
 */
export const instanceId: string =
  crypto.randomUUID?.() ?? '00000000-0000-4000-8000-000000000000'.replace(/[04]/g, (digit) => (digit === '4' ? '4' : Math.floor(Math.random() * 16).toString(16)));
