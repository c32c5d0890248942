import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallPhase, CallState } from '@/calls/CallClient';
import { FakeClient } from '@/calls/FakeClient';
import { addressOf, socketUrl } from '@/calls/JsSipClient';
import { causeOf } from '@/calls/causes';
import { type CallAction, ENDED_STAYS_MS, Phone, callReducer, idle } from '@/calls/store';

const call = { id: 'a', from: '8001', name: 'Main entrance', since: 0 };
const at = (phase: CallPhase): CallState => ({ ...idle, phase, call: phase === 'idle' ? null : call });

describe('the state of a call: phases × actions', () => {
  const actions: CallAction[] = [
    { type: 'incoming', call: { ...call, id: 'b' } },
    { type: 'answer' },
    { type: 'confirmed', at: 5 },
    { type: 'ended', cause: 'missed' },
    { type: 'muted', on: true },
    { type: 'dismiss' },
  ];
  const table: Record<CallPhase, CallPhase[]> = {
    idle: ['ringing', 'idle', 'idle', 'idle', 'idle', 'idle'],
    ringing: ['ringing', 'answering', 'talking', 'ended', 'ringing', 'ringing'],
    answering: ['answering', 'answering', 'talking', 'ended', 'answering', 'answering'],
    talking: ['talking', 'talking', 'talking', 'ended', 'talking', 'talking'],
    ended: ['ringing', 'ended', 'ended', 'ended', 'ended', 'idle'],
  };
  for (const phase of Object.keys(table) as CallPhase[])
    actions.forEach((action, index) =>
      it(`${phase} × ${action.type} is ${table[phase][index]}`, () => {
        expect(callReducer(at(phase), action).phase).toBe(table[phase][index]);
      }),
    );

  it('keeps the first caller when a second one rings', () => {
    expect(callReducer(at('ringing'), actions[0] as CallAction).call?.id).toBe('a');
  });
  it('rings on when the microphone is refused, and says why', () => {
    const state = callReducer(at('answering'), { type: 'fault', reason: 'Permission denied' });
    expect([state.phase, state.fault]).toEqual(['ringing', 'Permission denied']);
  });
  it('starts every talk with the own camera off and the microphone on', () => {
    expect(callReducer(at('answering'), { type: 'confirmed', at: 1 })).toMatchObject({ camera: false, muted: false });
  });
});

describe('the phone', () => {
  let client: FakeClient;
  let phone: Phone;
  beforeEach(() => {
    vi.useFakeTimers();
    client = new FakeClient();
    phone = new Phone(client);
    phone.start();
  });
  afterEach(() => vi.useRealTimers());

  it('C01 rings, answers, talks and hangs up', async () => {
    client.ring();
    expect(phone.get().call.phase).toBe('ringing');
    await phone.answer();
    expect(phone.get().call.phase).toBe('talking');
    phone.hangUp();
    expect(phone.get().call).toMatchObject({ phase: 'ended', cause: 'ended' });
  });

  it('C01 says that another monitor answered, then rests', () => {
    client.ring();
    client.end('answered-elsewhere');
    expect(phone.get().call).toMatchObject({ phase: 'ended', cause: 'answered-elsewhere' });
    vi.advanceTimersByTime(ENDED_STAYS_MS);
    expect(phone.get().call.phase).toBe('idle');
  });

  it('lets a new call ring at once while the end of the last one is still shown', () => {
    client.ring();
    client.end('missed');
    client.ring({ id: 'next' });
    vi.advanceTimersByTime(ENDED_STAYS_MS * 2);
    expect(phone.get().call).toMatchObject({ phase: 'ringing', call: { id: 'next' } });
  });

  it('goes on ringing when answering fails, and says so in the words of the page', async () => {
    client.answer = async () => { throw new Error('Invalid status: 8'); };
    client.ring();
    await phone.answer();
    expect(phone.get().call).toMatchObject({ phase: 'ringing', fault: 'That did not work. Try again.' });
  });

  it('knows in a call that the visitor does not hear, and not in the next one', async () => {
    client.fault = 'refused';
    client.ring();
    await phone.answer();
    expect(phone.get().call).toMatchObject({ phase: 'talking', unheard: 'refused' });
    client.fault = undefined;
    client.end('ended');
    client.ring({ id: 'next' });
    await phone.answer();
    expect(phone.get().call).toMatchObject({ phase: 'talking', unheard: null });
  });

  it('says in the words of the page why the own camera stays off, until it is on', async () => {
    client.ring();
    await phone.answer();
    client.fault = 'missing';
    await phone.camera(true);
    expect(phone.get().call).toMatchObject({ phase: 'talking', camera: false, fault: 'No camera was found.' });
    client.fault = undefined;
    await phone.camera(true);
    expect(phone.get().call).toMatchObject({ camera: true, fault: '' });
  });

  it('does not put the failed answer of a call that is over to the next one', async () => {
    let refuse: (why: Error) => void = () => undefined;
    client.answer = () => new Promise((_, reject) => { refuse = reject; });
    client.ring();
    const answered = phone.answer();
    client.end('missed');
    client.ring({ id: 'next' });
    refuse(new Error('Permission denied'));
    await answered;
    expect(phone.get().call).toMatchObject({ phase: 'ringing', fault: '', call: { id: 'next' } });
  });

  it('answers only once, however often the button is pressed', async () => {
    client.ring();
    await Promise.all([phone.answer(), phone.answer()]);
    expect(client.said.filter((word) => word === 'answer')).toHaveLength(1);
  });
});

describe('why a call ended', () => {
  it.each([
    ['remote', 'Canceled', 'SIP;cause=200;text="Call completed elsewhere"', false, false, 'answered-elsewhere'],
    ['remote', 'Canceled', 'SIP;cause=603;text="Declined"', false, false, 'declined'],
    ['remote', 'Canceled', '', false, false, 'missed'],
    ['local', 'Rejected', '', false, true, 'declined'],
    ['remote', 'Terminated', '', true, false, 'ended'],
    ['remote', 'Terminated', 'SIP;cause=200;text="Call completed elsewhere"', true, false, 'answered-elsewhere'],
    ['local', 'RTP Timeout', '', true, false, 'failed'],
    ['system', 'WebRTC Error', '', false, false, 'failed'],
  ] as const)('%s, %s, %s', (originator, cause, reason, talking, here, expected) => {
    expect(causeOf(originator, cause, reason, talking, here)).toBe(expected);
  });
});

describe('the account of a monitor', () => {
  it('H04 escapes the extension mark in its address', () => {
    expect(addressOf({ uri: '', user: '101#1', password: '', domain: 'VDP', ws_path: '/sip' })).toBe('sip:101%231@VDP');
  });
  it('speaks to the origin it came from', () => {
    expect(socketUrl('/sip', { protocol: 'https:', host: 'door:8443' })).toBe('wss://door:8443/sip');
    expect(socketUrl('/sip', { protocol: 'http:', host: 'localhost:8080' })).toBe('ws://localhost:8080/sip');
  });
});
