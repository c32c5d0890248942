/** The whole seconds of a Date header and the way of an answer: what is less is no difference between two clocks. */
const NEAR_MS = 5_000;
/** By how much the station's clock is ahead of this device's. */
let ahead = 0;

/** Takes the station's time of an answer: milliseconds since 1970 in a header of its own, or else the Date, which a proxy may have written. */
export function stationSaidTime(date: string | null, own: string | null = null): void {
  const difference = (own ? Number(own) : date ? Date.parse(date) : Number.NaN) - Date.now();
  if (!Number.isNaN(difference)) ahead = Math.abs(difference) < NEAR_MS ? 0 : difference;
}

/** A time of this device's clock by the station's. */
export const byStation = (time: number): number => time + ahead;

/** Milliseconds since the epoch by the station's clock, which may be wrong, or right where this device's is wrong: what ends 'at' ends by it. */
export const stationNow = (): number => byStation(Date.now());
