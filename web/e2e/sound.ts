// Is that voice in this recording? Compares loudness over time, which survives codecs, echo cancellers and resampling.
import { readFileSync } from 'node:fs';

export interface Sound { rate: number; samples: Float32Array }

export function readWav(path: string): Sound {
  const bytes = readFileSync(path);
  let at = 12;
  let rate = 48000;
  let channels = 1;
  while (at + 8 <= bytes.length) {
    const name = bytes.toString('latin1', at, at + 4);
    let size = bytes.readUInt32LE(at + 4);
    if (name === 'fmt ') { channels = bytes.readUInt16LE(at + 10); rate = bytes.readUInt32LE(at + 12); }
    if (name === 'data') {
      // A recorder that is still running has not written the length yet.
      if (size === 0 || at + 8 + size > bytes.length) size = bytes.length - at - 8;
      const count = Math.floor(size / 2 / channels);
      const samples = new Float32Array(count);
      for (let i = 0; i < count; ++i) samples[i] = bytes.readInt16LE(at + 8 + i * 2 * channels) / 32768;
      return { rate, samples };
    }
    at += 8 + size + (size % 2);
  }
  return { rate, samples: new Float32Array(0) };
}

const step = 0.02;  // seconds

export function loudness(sound: Sound): Float32Array {
  const size = Math.round(sound.rate * step);
  const out = new Float32Array(Math.floor(sound.samples.length / size));
  for (let i = 0; i < out.length; ++i) {
    let sum = 0;
    for (let j = 0; j < size; ++j) sum += sound.samples[i * size + j]! ** 2;
    out[i] = Math.log10(Math.sqrt(sum / size) + 1e-3);
  }
  return out;
}

// The best correlation (−1 to 1) of a piece of `wanted` with `heard`, over all shifts.
export function likeness(wanted: Sound, heard: Sound, seconds = 2): number {
  const pattern = loudness(wanted);
  const recording = loudness(heard);
  const length = Math.round(seconds / step);
  let best = -1;
  for (let from = 0; from + length <= pattern.length; from += 25) {
    const piece = pattern.subarray(from, from + length);
    for (let shift = 0; shift + length <= recording.length; ++shift)
      best = Math.max(best, correlation(piece, recording.subarray(shift, shift + length)));
  }
  return best;
}

function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (x: Float32Array) => x.reduce((sum, value) => sum + value, 0) / x.length;
  const ma = mean(a);
  const mb = mean(b);
  let ab = 0, aa = 0, bb = 0;
  for (let i = 0; i < a.length; ++i) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

// Root mean square over the whole recording.
export function level(sound: Sound): number {
  return Math.sqrt(sound.samples.reduce((sum, value) => sum + value * value, 0) / Math.max(1, sound.samples.length));
}
