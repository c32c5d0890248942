import { useEffect, useState } from 'react';
import { stationNow } from '@/api/clock';

/** Whole seconds until then by the station's clock, told anew each second; 0 when it is over, or there is none. */
export function useSecondsUntil(until?: string | null): number {
  const left = () => (until ? Math.max(0, Math.ceil((new Date(until).getTime() - stationNow()) / 1_000)) : 0);
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    setSeconds(left());
    if (!until) return;
    const timer = setInterval(() => setSeconds(left()), 1_000);
    return () => clearInterval(timer);
  }, [until]);
  return seconds;
}
