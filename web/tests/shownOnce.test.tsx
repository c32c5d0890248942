// What the station makes once: an account of a phone, a machine or another station.
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PhoneDialog } from '@/console/monitors/PhoneDialog';
import Machines from '@/console/pages/Machines';
import Stations from '@/console/pages/Stations';
import { BatchDialog } from '@/console/rooms/BatchDialog';
import { inPage } from './inPage';

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
let made: unknown;
let sent: unknown[];
let opened: HTMLDialogElement[];
beforeEach(() => {
  sent = [];
  opened = [];
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
    this.open = true;
    opened.push(this);
  };
  HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) { this.open = false; };
  vi.stubGlobal('fetch', async (_url: string, { method, body }: RequestInit) => {
    if (method !== 'POST') return json({ items: [] });
    sent.push(JSON.parse(String(body)));
    return json(made, 201);
  });
});
afterEach(() => vi.unstubAllGlobals());
const show = (page: ReactNode) =>
  render(inPage(page));
const press = async (name: string) => userEvent.click((await screen.findAllByRole('button', { name }))[0]!);
const type = async (label: string, text: string) => userEvent.type(within(screen.getByRole('dialog')).getByLabelText(label), text);
const phone = { user: '101#3', password: 'secret', domain: 'VDP', server: '192.0.2.1' };
const none = () => undefined;

describe('what is shown only now', () => {
  const faces: [string, () => Promise<void>, string][] = [
    ['a phone', async () => { made = { ...phone, ports: { udp: 5060 } }; show(<PhoneDialog onClose={none} />); await press('Make the account'); }, 'I have noted the password'],
    ['a machine', async () => { made = { name: 'nvr', secret: 's' }; show(<Machines />); await press('Add an account'); await press('Make the account'); }, 'I have noted the secret'],
    ['a station', async () => { made = { number: '8002', password: 's' }; show(<Stations />); await press('Add a station'); await press('Add'); }, 'I have noted the password'],
    ['rooms', async () => { made = { created: ['101'], skipped: [{ number: '102', reason: 'There is one.' }] }; show(<BatchDialog onClose={none} onDone={none} />); await press('Add the rooms'); }, 'Done'],
  ];
  it.each(faces)('is a dialog of its own, with its name and the focus: %s', async (_name, make, button) => {
    await make();
    expect(await screen.findByRole('button', { name: button })).toBe(document.activeElement);
    expect(opened).toHaveLength(2);
    expect(opened[1]).not.toBe(opened[0]);
    expect(screen.getAllByRole('dialog')).toHaveLength(1);
  });
});

describe('what is told about a phone’s server', () => {
  it.each([
    [{ udp: 5060, tcp: 5060, tls: 5061 }, '192.0.2.1:5060;transport=udp'],
    [{ udp: 0, tcp: 5070, tls: 5061 }, '192.0.2.1:5070;transport=tcp'],
    [{ udp: 0, tcp: 0, tls: 5061 }, '192.0.2.1:5061;transport=tls'],
    [undefined, '192.0.2.1:5060;transport=udp'],
  ])('is a port that is served, with its transport: %o', async (ports, address) => {
    made = { ...phone, ports };
    show(<PhoneDialog onClose={none} />);
    await press('Make the account');
    await screen.findByText(`<sip:${address}>`);
    expect(screen.getByText(/regint=300/).textContent).toContain(`outbound="sip:${address}"`);
    expect(screen.queryByText('0')).toBeNull();
  });
});

describe('the rights of a machine account', () => {
  it('include reading over the API where it opens doors, which asks for both', async () => {
    made = { name: 'hub', secret: 's' };
    show(<Machines />);
    await press('Add an account');
    await type('Name', 'hub');
    const right = (name: string) => within(screen.getByRole('dialog')).getByRole('checkbox', { name }) as HTMLInputElement;
    await userEvent.click(right('Watch by RTSP'));
    await userEvent.click(right('Open doors'));
    expect(right('Read over the API').checked).toBe(true);
    await userEvent.click(right('Read over the API'));
    expect(right('Open doors').checked).toBe(false);
    await userEvent.click(right('Open doors'));
    await press('Make the account');
    await screen.findByText('The secret is shown only now.');
    expect(sent).toEqual([{ name: 'hub', rights: ['api', 'unlock'] }]);
  });
});
