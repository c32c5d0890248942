// A browser that plays what can be heard only where it was begun by a press: Safari, and all browsers of iPhone and iPad.
import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newQueryClient } from '@/api/hooks';
import { FakeClient } from '@/calls/FakeClient';
import { Phone } from '@/calls/store';
import { LiveView } from '@/media/LiveView';
import type { watchStream } from '@/media/rtc';
import { CallScreen } from '@/monitor/CallScreen';
import { inPage } from './inPage';

vi.mock('@/media/rtc', () => ({
  snapshotUrl: () => 'data:,',
  watchStream: ((_stream, _audio, onStream, onState) => {
    onStream({} as MediaStream);
    onState('live');
    return { close() {} };
  }) as typeof watchStream,
}));

let pressing = false;
/** Elements that a press began once stay free. */
let free: WeakSet<HTMLMediaElement>;
let heard: Set<HTMLMediaElement>;
const press = () => {
  pressing = true;
  setTimeout(() => (pressing = false));
};
beforeEach(() => {
  free = new WeakSet();
  heard = new Set();
  window.addEventListener('click', press, true);
  HTMLMediaElement.prototype.play = async function play(this: HTMLMediaElement) {
    if (pressing) free.add(this);
    if (!this.muted && !free.has(this)) throw new DOMException('', 'NotAllowedError');
    if (!this.muted && this.srcObject) heard.add(this);
  };
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify({ items: [] })));
});
afterEach(() => {
  window.removeEventListener('click', press, true);
  vi.unstubAllGlobals();
});

describe('C28 the live picture', () => {
  it('moves without its sound rather than not at all, and a press gives that', async () => {
    render(inPage(<LiveView audio muted={false} label="The door" />));
    const picture = screen.getByLabelText('The door') as HTMLVideoElement;
    const button = await screen.findByRole('button', { name: 'Sound on' });
    expect(picture.muted).toBe(true);
    await userEvent.click(button);
    expect(screen.queryByRole('button', { name: 'Sound on' })).toBeNull();
    expect(picture.muted).toBe(false);
    expect(heard.has(picture)).toBe(true);
  });

  it('offers no sound where none was wanted', async () => {
    render(inPage(<LiveView label="The door" />));
    await screen.findByText('Live');
    expect(screen.queryByRole('button', { name: 'Sound on' })).toBeNull();
  });
});

describe('C01 the sound of a call', () => {
  const device = { kind: 'monitor', account: '101', password: 'x', room: '101', station: { name: 'House', number: '8001' } } as const;
  const ringing = () => {
    const telephone = new FakeClient();
    const phone = new Phone(telephone);
    phone.start();
    telephone.ring();
    const client = newQueryClient();
    const page = () => inPage(<CallScreen phone={phone} state={phone.get()} device={device} />, client);
    const { rerender, container } = render(page());
    const speaks = () =>
      act(async () => {
        telephone.events?.media({} as MediaStream);
        rerender(page());
      });
    return { phone, again: () => rerender(page()), speaks, sound: container.querySelector('audio')! };
  };

  it('begins by itself where the call was answered by a press', async () => {
    const { speaks, sound } = ringing();
    await userEvent.click(screen.getByRole('button', { name: 'Answer' }));
    await waitFor(() => expect(pressing).toBe(false));
    await speaks();
    expect(heard.has(sound)).toBe(true);
    expect(screen.queryByRole('button', { name: 'Sound on' })).toBeNull();
  });

  it('is offered by a button where the browser refuses it all the same', async () => {
    const { phone, speaks, sound, again } = ringing();
    await phone.answer();
    again();
    await speaks();
    expect((await screen.findByText('You cannot hear the visitor yet')).closest('[role=alert]')).not.toBeNull();
    expect(heard.size).toBe(0);
    await userEvent.click(screen.getByRole('button', { name: 'Sound on' }));
    await waitFor(() => expect(screen.queryByText('You cannot hear the visitor yet')).toBeNull());
    expect(heard.has(sound)).toBe(true);
  });
});
