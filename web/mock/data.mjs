// What the mock station knows. Development only.

export const schema = {
  pages: [
    { id: 'calls', title: 'Call features', help: 'How long calls last and what happens around them.', group: 'Intercom' },
    { id: 'sounds', title: 'Sounds', help: 'What the station plays, and how loud.', group: 'Intercom' },
    { id: 'streams', title: 'Streams', help: 'The main stream is for monitors and recorders, the sub stream for small screens.', group: 'Video' },
    { id: 'rtsp', title: 'RTSP', help: 'For recorders and players. Log in with a machine account.', group: 'Video' },
    { id: 'locks', title: 'Locks', help: 'Each lock and how long it stays open.', group: 'Access' },
    { id: 'sip', title: 'SIP server', help: 'The server that monitors and phones register with.', group: 'System' },
    { id: 'security', title: 'Security', help: 'Sessions and lock-out.', group: 'System' },
  ],
  settings: [
    { key: 'calls.group', page: 'calls', title: 'Ring all monitors of a room', help: 'A call to the main monitor rings its extensions too.', type: 'boolean', default: true, applies: 'now' },
    { key: 'calls.ring_seconds', page: 'calls', title: 'Ring for', help: 'After this time nobody is at home.', type: 'duration', default: 30, minimum: 10, maximum: 120, unit: 'seconds', applies: 'now' },
    { key: 'calls.limit_seconds', page: 'calls', title: 'Longest call', help: 'The station ends any call at this limit.', type: 'duration', default: 300, minimum: 30, maximum: 3600, unit: 'seconds', applies: 'now' },
    { key: 'calls.centre', page: 'calls', title: 'Number of the centre', help: 'Up to nine digits.', type: 'text', default: '888888', max_length: 9, pattern_hint: 'digits only', applies: 'now' },
    { key: 'calls.hang_up_after_open', page: 'calls', title: 'Hang up after opening', help: 'The call ends some seconds after the door opens.', type: 'boolean', default: false, applies: 'now' },
    { key: 'calls.hang_up_delay', page: 'calls', title: 'Hang up after', help: '', type: 'duration', default: 5, minimum: 1, maximum: 60, unit: 'seconds', applies: 'now', depends_on: { key: 'calls.hang_up_after_open', value: true } },
    { key: 'sounds.volume', page: 'sounds', title: 'Loudspeaker', help: 'Volume of voices at the door.', type: 'integer', default: 70, minimum: 0, maximum: 100, unit: 'percent', applies: 'now' },
    { key: 'sounds.ringing', page: 'sounds', title: 'Play the ringing tone', help: '', type: 'boolean', default: true, applies: 'now' },
    { key: 'video.main.size', page: 'streams', title: 'Size of the main stream', help: 'Changed without a restart.', type: 'choice', default: '720p', choices: [{ value: '1080p', title: '1080P (1920 × 1080)' }, { value: '720p', title: '720P (1280 × 720)' }, { value: 'd1', title: 'D1 (704 × 576)' }], applies: 'now' },
    { key: 'video.main.fps', page: 'streams', title: 'Frame rate', help: '', type: 'integer', default: 25, minimum: 1, maximum: 30, unit: 'frames', applies: 'now' },
    { key: 'video.main.kbps', page: 'streams', title: 'Bit rate', help: 'More is sharper and needs more network.', type: 'integer', default: 2048, minimum: 64, maximum: 16384, unit: 'kilobits', applies: 'now' },
    { key: 'rtsp.on', page: 'rtsp', title: 'Serve RTSP', help: 'Both streams, with authentication.', type: 'boolean', default: true, applies: 'now' },
    { key: 'rtsp.port', page: 'rtsp', title: 'Port', help: '', type: 'integer', default: 554, minimum: 1, maximum: 65535, applies: 'restart', depends_on: { key: 'rtsp.on', value: true } },
    { key: 'rtsp.tls', page: 'rtsp', title: 'RTSP over TLS', help: 'Both streams encrypted, on a port of its own.', type: 'boolean', default: false, applies: 'now' },
    { key: 'rtsp.tls_port', page: 'rtsp', title: 'Port of RTSP over TLS', help: '', type: 'integer', default: 322, minimum: 322, maximum: 65535, applies: 'restart', depends_on: { key: 'rtsp.tls', value: true } },
    { key: 'lock.1.name', page: 'locks', title: 'Name of lock 1', help: 'Shown on monitors.', type: 'text', default: 'Front door', max_length: 32, applies: 'now' },
    { key: 'lock.1.period', page: 'locks', title: 'Stays open for', help: 'Then it locks by itself.', type: 'duration', default: 3, minimum: 1, maximum: 600, unit: 'seconds', applies: 'now' },
    { key: 'sip.server', page: 'sip', title: 'This station is the SIP server', help: 'Monitors register here.', type: 'boolean', default: true, applies: 'restart' },
    { key: 'sip.domain', page: 'sip', title: 'Domain', help: 'Also the realm of its accounts.', type: 'text', default: 'VDP', max_length: 64, applies: 'restart', depends_on: { key: 'sip.server', value: true } },
    { key: 'sip.port', page: 'sip', title: 'Port', help: 'UDP and TCP.', type: 'integer', default: 5060, minimum: 1, maximum: 65535, applies: 'restart' },
    { key: 'sip.password', page: 'sip', title: 'Registration password', help: 'For stations that register here.', type: 'secret', default: null, max_length: 64, applies: 'now' },
    { key: 'security.idle_minutes', page: 'security', title: 'Sessions end after', help: 'Without any action.', type: 'integer', default: 10, minimum: 1, maximum: 120, unit: 'minutes', applies: 'now' },
  ],
};

export const values = Object.fromEntries(schema.settings.map((one) => [one.key, one.type === 'secret' ? { set: false } : one.default]));

const families = ['Adler', 'Berger', 'Cramer', 'Diaz', 'Ebert', 'Fuchs', 'Grün', 'Haas', 'Ito', 'Jansen', 'Kaya', 'Lang'];
export const rooms = Array.from({ length: 24 }, (_, index) => {
  const number = String(101 + Math.floor(index / 6) * 100 + (index % 6));
  return { number, first_name: '', last_name: families[index % families.length], nick_name: '', monitors: index % 3, online: index % 3 ? 1 : 0 };
});

const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
export const monitors = [
  { account: '101#0', room: '101', kind: 'browser', locks: [1, 2], name: 'Hall tablet', online: true, address: '192.168.1.40', paired_at: ago(9000), last_seen: ago(0) },
  { account: '101#1', room: '101', kind: 'browser', locks: [1, 2], name: 'Chrome, Android', online: false, address: '', paired_at: ago(8000), last_seen: ago(300) },
  { account: '102#0', room: '102', kind: 'phone', locks: [1], name: 'Desk phone', online: true, address: '192.168.1.52', paired_at: ago(4000), last_seen: ago(1) },
];

export const stations = [
  { number: '8001', name: 'Main entrance', address: '192.168.1.10', own: true, online: true },
  { number: '8002', name: 'Garden gate', address: '192.168.1.11', own: false, online: false },
];

export const locks = [
  { number: 1, name: 'Front door', state: 'locked', held_open: false, door_open: false },
  { number: 2, name: 'Garden gate', state: 'locked', held_open: false },
];

export const codes = [
  { id: 1, name: 'Cleaner', room: '', locks: [1], active: true },
  { id: 2, name: 'Family Adler', room: '101', locks: [1, 2], active: true },
  { id: 3, name: 'Painter (March)', room: '', locks: [1], active: false },
];

export const cards = [
  { id: 1, ending: 'B2C3', name: 'Anna Adler', room: '101', locks: [1, 2], main: true, lost: false },
  { id: 2, ending: 'E5F6', name: '', room: '101', locks: [1], main: false, lost: false },
  { id: 3, ending: 'AA10', name: 'Postman', room: '102', locks: [1], main: false, lost: true },
];

const story = [
  ['call', 'call.dialled', 'information', 'Room 101 was called from the panel.', '101', ''],
  ['call', 'call.answered', 'information', 'Room 101 answered on Hall tablet.', '101', ''],
  ['unlock', 'access.unlocked', 'information', 'Front door was opened by room 101 from a monitor.', '101', '1'],
  ['call', 'call.ended', 'information', 'The call with room 101 ended after 38 s.', '101', ''],
  ['unlock', 'access.refused', 'warning', 'A wrong code was typed at the panel.', '', '1'],
  ['call', 'call.missed', 'information', 'Room 102 did not answer.', '102', ''],
  ['operation', 'settings.changed', 'information', 'admin changed Ring for to 30 s.', '', ''],
  ['system', 'camera.recovered', 'information', 'The camera gives a picture again.', '', ''],
  ['alarm', 'access.keypad_locked', 'alarm', 'Five wrong codes: the keypad is locked for one minute.', '', ''],
];
export const journal = Array.from({ length: 400 }, (_, index) => {
  const [kind, event, severity, message, room, door] = story[index % story.length];
  return { id: 400 - index, time: ago(index * 17 + 2), kind, event, severity, message, room, door, subject: '', fields: [{ name: 'call', value: `c${400 - index}` }, { name: 'duration', value: 38 }] };
});

export const twins = [
  { name: 'relay-1', kind: 'relay', state: 'released', actions: ['fail', 'repair'] },
  { name: 'relay-2', kind: 'relay', state: 'released', actions: ['fail', 'repair'] },
  { name: 'exit-button-1', kind: 'input', state: 'open', actions: ['press', 'release'] },
  { name: 'door-contact-1', kind: 'input', state: 'closed', actions: ['open', 'close'] },
  { name: 'reader-1', kind: 'reader', state: 'idle', actions: ['tap'] },
];

export const overview = () => ({
  station: { name: 'Main entrance', number: '8001' },
  version: '0.1.0',
  uptime_seconds: 266_400,
  camera: { state: 'ok', message: 'Test picture, 1280 × 720 at 25 frames/s' },
  monitors: { online: monitors.filter((one) => one.online).length, total: monitors.length },
  calls_today: 14,
  openings_today: 9,
  by_hour: Array.from({ length: 24 }, (_, hour) => ({ hour, calls: [0, 0, 0, 0, 0, 0, 1, 2, 3, 1, 0, 1, 2, 0, 1, 0, 2, 1][hour] ?? 0, openings: [0, 0, 0, 0, 0, 0, 1, 2, 1, 1, 0, 0, 2, 0, 1, 0, 1, 0][hour] ?? 0 })),
  attention: [
    { id: 'root', severity: 'notice', message: 'Browsers do not know this station yet: install its root certificate on the devices that use it.', action: '/system/certificate' },
    { id: 'offline', severity: 'warning', message: 'Monitor 101#1 has been offline for five hours.', action: '/household/monitors' },
  ],
  locks,
  storage: { state: 'ok', message: '1.2 GB free' },
});
