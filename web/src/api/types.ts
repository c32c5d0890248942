/** The words of the REST API (/api/v1), as the station speaks them. Times are ISO 8601 in UTC. */

export type Role = 'admin' | 'monitor' | 'panel';

export interface Session {
  account: string;
  role: Role;
  room?: string;
  csrf: string;
  idle_minutes?: number;
}

export interface StationName {
  name: string;
  number: string;
}

export interface State {
  initialised: boolean;
  version: string;
  station: StationName & { language: string };
  session: Session | null;
}

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
  total?: number;
}

export interface JournalPage extends Page<JournalEntry> {
  /** Some that belong here cannot be read any more. */
  damaged?: boolean;
}

export interface Room {
  number: string;
  first_name?: string;
  last_name?: string;
  nick_name?: string;
  monitors?: number;
  online?: number;
}

export interface Station {
  number: string;
  name?: string;
  address?: string;
  own?: boolean;
  online?: boolean;
}

export type MonitorKind = 'browser' | 'phone' | 'panel';

export interface Monitor {
  account: string;
  room?: string;
  kind: MonitorKind;
  name?: string;
  /** The doors it may open. */
  locks?: number[];
  online?: boolean;
  address?: string;
  paired_at?: string;
  last_seen?: string;
}

export interface PhoneAccount {
  account: string;
  user: string;
  password: string;
  domain: string;
  server: string;
  ports?: Record<string, number>;
}

export interface Pairing {
  token: string;
  short_code: string;
  path: string;
  expires_at: string;
}

export interface SipAccount {
  uri: string;
  user: string;
  password: string;
  domain: string;
  ws_path: string;
}

export interface Paired {
  kind: 'monitor' | 'panel';
  account: string;
  password: string;
  room?: string;
  /** A panel has none: it does not ring. */
  sip?: SipAccount;
  station: StationName;
}

export type LockState = 'locked' | 'unlocking' | 'unlocked' | 'locking' | 'jammed';

export interface Lock {
  number: number;
  name: string;
  state: LockState;
  held_open?: boolean;
  /** Whether the door itself stands open; null where no contact watches it, or where a monitor may not know. */
  door_open?: boolean | null;
}

export interface Code {
  id: string | number;
  name: string;
  room?: string;
  locks: number[];
  active: boolean;
}

/** A card of a room; of its number only the ending is ever told. */
export interface CardRecord {
  id: number;
  ending: string;
  room: string;
  name?: string;
  locks: number[];
  /** Issues further cards of its room at the station, and opens no door. */
  main: boolean;
  lost: boolean;
}

/** How the issue of a card at the reader stands. */
export interface CardIssue {
  state: 'idle' | 'awaited' | 'keeping' | 'issued' | 'expired' | 'cancelled' | 'failed';
  room?: string;
  by?: string;
  until?: string;
  /** Held while another one was awaited: somebody has it already. */
  known?: CardRecord;
  card?: CardRecord;
  message?: string;
}

export type JournalKind = 'call' | 'unlock' | 'alarm' | 'operation' | 'system';
export type Severity = 'information' | 'notice' | 'warning' | 'error' | 'alarm';

export interface JournalEntry {
  id: string | number;
  time: string;
  kind: JournalKind;
  event: string;
  severity: Severity;
  message: string;
  /** What it means and what to do, a paragraph. */
  help?: string;
  room?: string;
  door?: string | number;
  subject?: string;
  fields?: Record<string, unknown> | { name: string; value: unknown }[];
}

/** Plain words, `panel.ringing 101`, or an id with its arguments. */
export type PanelLine = string | { id: string; arguments?: string[]; text?: string };

export interface PanelState {
  display: { lines: PanelLine[]; kind: 'idle' | 'dialling' | 'calling' | 'talking' | 'message' | 'error' };
  lights: { call: boolean; talk: boolean; unlock: boolean };
  input?: string;
  locked_until?: string | null;
  mode?: string;
  /** Where the station has none, it is not drawn. */
  reader?: { light: 'ready' | 'awaiting' | 'accepted' | 'refused'; awaits_until?: string };
}

export type PanelKey =
  | '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#'
  | 'call' | 'hangup' | 'centre' | 'emergency';

export interface Call {
  id: string;
  state: 'dialling' | 'ringing' | 'talking' | 'ended' | string;
  room?: string;
  door?: string | number;
  peer?: string;
  since?: string;
}

export interface CameraState {
  state: 'ok' | 'starting' | 'degraded' | 'failed' | 'off' | string;
  message?: string;
}

export interface Attention {
  id: string;
  severity: Severity;
  message: string;
  action?: string;
}

export interface Overview {
  station: StationName;
  version: string;
  uptime_seconds: number;
  camera: CameraState;
  monitors: { online: number; total: number };
  calls_today: number;
  openings_today: number;
  /** Openings in each hour of the day, 24 values, or pairs of both. */
  by_hour?: (number | { hour: number; calls: number; openings: number })[];
  /** How late the station's loop served a deadline: in the last minute or two, and since the start. */
  loop_delay_ms?: { recent: number; worst: number };
  attention: Attention[];
  locks: Lock[];
  storage?: { state: string; message?: string };
}

export type SettingType = 'boolean' | 'integer' | 'text' | 'choice' | 'secret' | 'duration' | 'password';
export type SettingValue = boolean | number | string | { set: boolean };

export interface Setting {
  key: string;
  page: string;
  title: string;
  help?: string;
  type: SettingType;
  default?: boolean | number | string | null;
  minimum?: number;
  maximum?: number;
  max_length?: number;
  pattern_hint?: string;
  unit?: string;
  choices?: { value: string | number; title: string }[];
  applies?: 'now' | 'restart';
  depends_on?: { key: string; value: boolean | number | string };
}

export interface SettingsPage {
  id: string;
  title: string;
  help?: string;
  group: string;
}

export interface SettingsSchema {
  pages: SettingsPage[];
  settings: Setting[];
}

export interface FieldError {
  field: string;
  message: string;
  value?: unknown;
  limit?: unknown;
}

export interface LoginSession {
  id: string;
  account: string;
  role?: Role;
  address?: string;
  browser?: string;
  began?: string;
  current?: boolean;
}

export interface MachineAccount {
  name: string;
  rights: string[];
  created_at?: string;
}

export interface Twin {
  name: string;
  kind: string;
  state: string;
  actions: string[];
}

export interface Hello {
  panel?: PanelState;
  locks?: Lock[];
  calls?: Call[];
  camera?: CameraState;
}
