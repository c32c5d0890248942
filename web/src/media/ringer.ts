/**
 * The ringing sound, made on the spot so that nothing must be loaded when somebody is at the door. A browser lets a
 * page sound only after a gesture: `arm()` is called from one, `audible()` says whether it took.
 */

const CHIME_HZ = [659.25, 523.25];
const NOTE_S = 0.55;
const EVERY_MS = 2_400;

let context: AudioContext | null = null;
let timer: ReturnType<typeof setInterval> | undefined;
const watchers = new Set<() => void>();
const notify = () => {
  for (const watcher of watchers) watcher();
};

export const audible = (): boolean => context?.state === 'running';
export function watchAudible(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export async function arm(): Promise<boolean> {
  if (typeof AudioContext === 'undefined') return false;
  if (!context) {
    context = new AudioContext();
    context.onstatechange = notify;
  }
  await context.resume().catch(() => undefined);
  notify();
  return audible();
}

function chime(sound: AudioContext, volume: number): void {
  CHIME_HZ.forEach((frequency, index) => {
    const start = sound.currentTime + index * NOTE_S * 0.9;
    const gain = sound.createGain();
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(volume, start + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, start + NOTE_S * 1.8);
    gain.connect(sound.destination);
    for (const [partial, share] of [[1, 1], [2, 0.3]] as const) {
      const tone = sound.createOscillator();
      const level = sound.createGain();
      level.gain.value = share;
      tone.frequency.value = frequency * partial;
      tone.connect(level).connect(gain);
      tone.start(start);
      tone.stop(start + NOTE_S * 2);
    }
  });
}

/** One chime, to try it. */
export function tryChime(): void {
  if (context) chime(context, 0.4);
}

export function ring(): void {
  silence();
  const sound = () => {
    if (context && audible()) chime(context, 0.6);
    navigator.vibrate?.([400, 200, 400]);
  };
  sound();
  timer = setInterval(sound, EVERY_MS);
}

export function silence(): void {
  clearInterval(timer);
  timer = undefined;
  navigator.vibrate?.(0);
}
