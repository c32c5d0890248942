// kill -9, again and again, in the middle of journalled unlocks and of registrations: no entry that was reported is lost,
// registrations come back, and a lock that stood open is safe again.
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
const longestRun = 400;

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));
const station = await Station.start();
const complaints: string[] = [];
let reported = 0, registered = 0;
try {
  await station.setUp(['101']);
  await station.expect('PATCH', '/settings', { 'lock1.interval': 0, 'lock1.period': 60, 'security.request_rate': 10_000 });
  const accounts = [];
  for (let i = 0; i < phones; ++i) accounts.push(await station.addPhone('101'));

  for (let round = 0; round < kills && complaints.length < 10; ++round) {
    let running = true;
    let journalled = 0;
    const taken = new Map<string, number>();  // account → when it was told 200
    const unlocking = (async () => {
      while (running) {
        try {
          await station.expect('POST', '/locks/1/unlock');
          for (const entry of (await station.expect('GET', '/journal?limit=5')).items) journalled = Math.max(journalled, Number(entry.id));
          ++reported;
        } catch { break; }
      }
    })();
    const line = await SipAttacker.open(station, '127.0.0.1');
    const registering = (async () => {
      for (let i = round; running; ++i) {
        const account = accounts[i % phones]!;
        if (await line.register(account.user, account.password) !== 200) break;
        taken.set(account.account, Date.now());
        ++registered;
        await pause(20);
      }
    })();
    await pause(Math.random() * longestRun);
    const killed = Date.now();
    await station.kill('SIGKILL');
    running = false;
    await Promise.all([unlocking, registering]);
    line.close();  // a registration was still answering its challenge
    await station.launch();
    await station.logIn('admin', adminPassword);
    const state = (await station.lock()).state;
    if (state !== 'locked') complaints.push(`kill ${round + 1}: the lock is ${state} after the restart`);
    const kept = await station.journal();
    const newest = Math.max(...kept.map((entry) => Number(entry.id)));
    if (newest < journalled) complaints.push(`kill ${round + 1}: entry ${journalled} was reported, the newest is ${newest}`);
    const online = new Set((await station.expect('GET', '/monitors')).items.filter((one: any) => one.online).map((one: any) => one.account));
    for (const [account, when] of taken)
      if (killed - when > writtenAfter && !online.has(account)) complaints.push(`kill ${round + 1}: ${account} is no longer registered`);
    if ((round + 1) % 10 === 0) console.log(`${round + 1} kills, ${reported} unlocks reported, ${registered} registrations`);
  }
} finally {
  await station.stop();
}
for (const complaint of complaints) console.error(complaint);
console.log(complaints.length === 0 ? 'Nothing that was reported is lost.' : 'Something was lost.');
process.exit(complaints.length === 0 ? 0 : 1);
