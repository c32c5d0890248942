// kill -9, again and again, in the middle of journalled unlocks and changes and of registrations: no entry that was reported
// is lost, a setting keeps what was answered, registrations come back, and a lock that stood open is safe again.
//
//   make kills KILLS=100
import { SipAttacker } from '../e2e/sipAttacker.ts';
import { adminPassword, Station } from '../e2e/station.ts';

const kills = Number(process.argv[2] ?? 100);
if (!(kills >= 1 && kills <= 10_000)) {
  console.error('kills COUNT: a number from 1 to 10000.');
  process.exit(2);
}
const phones = 10;               // as many extensions as a room may have
const writtenAfter = 300;        // milliseconds: registrations are written in swarms, 200 ms after the first of one
const longestRun = 700;

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));
const station = await Station.start();
const complaints: string[] = [];
let unlocks = 0, entries = 0, registered = 0, cameBack = 0;
// By what they say, too: a restart would give the ids of lost entries to its own.
const said = (entry: any) => `${entry.time} ${entry.message}`;
const online = async (): Promise<string[]> => (await station.expect('GET', '/monitors')).items.filter((one: any) => one.online).map((one: any) => one.account);
try {
  await station.setUp(['101']);
  await station.expect('PATCH', '/settings', { 'lock1.interval': 0, 'lock1.period': 60, 'security.request_rate': 10_000 });
  const accounts = [];
  for (let i = 0; i < phones; ++i) accounts.push(await station.addPhone('101'));

  for (let round = 0; round < kills && complaints.length < 10; ++round) {
    let running = true;
    let name = -1;                               // the newest of the station's names that was answered
    const reported = new Map<number, string>();  // id → what it said
    const taken = new Map<string, number>();     // account → when it was told 200
    const unlocking = (async () => {
      for (let change = 0; running; ++change) {
        try {
          await station.expect('POST', '/locks/1/unlock');
          ++unlocks;
          await station.expect('PATCH', '/settings', { 'station.name': `Door ${round}.${change}` });
          name = change;
          for (const entry of (await station.expect('GET', '/journal?limit=5')).items) reported.set(Number(entry.id), said(entry));
        } catch { break; }
      }
    })();
    const line = await SipAttacker.open(station, '127.0.0.1');
    const registering = (async () => {
      for (let i = round; running; ++i) {
        const account = accounts[i % phones]!;
        const status = await line.register(account.user, account.password);
        if (status !== 200) {
          if (running) complaints.push(`kill ${round + 1}: a registration was answered ${status}`);
          break;
        }
        taken.set(account.account, Date.now());
        ++registered;
        await pause(20);
      }
    })();
    await pause(Math.random() * longestRun);
    const killed = Date.now();
    running = false;
    await station.kill('SIGKILL');
    await Promise.all([unlocking, registering]);  // a registration was still answering its challenge
    await station.launch();
    await station.logIn('admin', adminPassword);
    const state = (await station.lock()).state;
    if (state !== 'locked') complaints.push(`kill ${round + 1}: the lock is ${state} after the restart`);
    const kept = new Map((await station.expect('GET', '/journal?limit=500')).items.map((entry: any) => [Number(entry.id), said(entry)]));
    for (const [id, words] of reported) if (kept.get(id) !== words) complaints.push(`kill ${round + 1}: entry ${id} was reported as "${words}", and is "${kept.get(id)}"`);
    entries += reported.size;
    // One more change may have been made, and its answer cut off.
    const now = (await station.expect('GET', '/settings')).values['station.name'];
    if (name >= 0 && now !== `Door ${round}.${name}` && now !== `Door ${round}.${name + 1}`) complaints.push(`kill ${round + 1}: the name is ${now} after ${name}`);
    const back = await online();
    for (const [account, when] of taken) {
      if (killed - when <= writtenAfter) continue;
      if (back.includes(account)) ++cameBack;
      else complaints.push(`kill ${round + 1}: ${account} is no longer registered`);
    }
    // Nobody is there before the next one, or those of this one would hide what it loses.
    for (const account of accounts) await line.request('REGISTER', account.user, account.user, { user: account.user, password: account.password, extra: 'Expires: 0\r\n' });
    line.close();
    const left = await online();
    if (left.length > 0) complaints.push(`kill ${round + 1}: ${left.join(', ')} cannot take its leave`);
    await pause(writtenAfter);
    if ((round + 1) % 10 === 0) console.log(`${round + 1} kills, ${unlocks} unlocks, ${entries} entries reported, ${registered} registrations of which ${cameBack} had to come back`);
  }
  if (entries === 0) complaints.push('no entry was ever reported');
  if (cameBack === 0) complaints.push('no registration was ever old enough to be looked for');
} finally {
  await station.stop();
}
for (const complaint of complaints) console.error(complaint);
console.log(complaints.length === 0 ? 'Nothing that was reported is lost.' : 'Something was lost.');
process.exit(complaints.length === 0 ? 0 : 1);
