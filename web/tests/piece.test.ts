// Pieces of a page that the station has no more after an update.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { piece } from '@/shared/piece';

const script = document.createElement('script');
const gone = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module: http://door/assets/Rooms-old.js'));
const anew = vi.fn();
const moment = () => new Promise((done) => setTimeout(done, 10));

beforeEach(() => {
  script.type = 'module';
  script.src = '/assets/console-old.js';
  document.head.append(script);
  vi.stubGlobal('fetch', async () => new Response(null, { status: 200 }));
  anew.mockClear();
});
afterEach(() => {
  script.remove();
  vi.unstubAllGlobals();
});

describe('a piece of the page', () => {
  it('that arrives is given', async () => {
    expect(await piece(async () => 'Rooms', anew)).toBe('Rooms');
    expect(anew).not.toHaveBeenCalled();
  });

  it('that is gone has the page loaded anew, once for each build, and then says in its own words what to do', async () => {
    void piece(gone, anew);
    await moment();
    expect(anew).toHaveBeenCalledTimes(1);
    await expect(piece(gone, anew)).rejects.toThrow('A part of it did not arrive. Make sure that the station can be reached, then load the page again.');
    expect(anew).toHaveBeenCalledTimes(1);
    script.src = '/assets/console-new.js';
    void piece(gone, anew);
    await moment();
    expect(anew).toHaveBeenCalledTimes(2);
  });

  it('that is gone while nobody answers keeps the page, and the one time for later', async () => {
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('failed')));
    await expect(piece(gone, anew)).rejects.toThrow('did not arrive');
    expect(anew).not.toHaveBeenCalled();
    vi.stubGlobal('fetch', async () => new Response(null, { status: 200 }));
    void piece(gone, anew);
    await moment();
    expect(anew).toHaveBeenCalledTimes(1);
  });
});
