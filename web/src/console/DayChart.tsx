import { useLingui } from '@lingui/react/macro';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

type Hours = (number | { hour: number; calls: number; openings: number })[];
const HEIGHT = 150;
const ink = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Calls and openings of the day as bars; the figures also stand in a table for those who do not see the bars. */
export default function DayChart({ hours }: { hours: Hours }) {
  const { t } = useLingui();
  const place = useRef<HTMLDivElement>(null);
  const both = hours.some((one) => typeof one === 'object');
  const at = hours.map((one, hour) => (typeof one === 'object' ? one.hour : hour));
  const openings = hours.map((one) => (typeof one === 'object' ? one.openings : one));
  const calls = hours.map((one) => (typeof one === 'object' ? one.calls : 0));
  const key = JSON.stringify(hours);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let chart: uPlot | null = null;
    const draw = () => {
      chart?.destroy();
      element.replaceChildren();
      const bars = (align: -1 | 0 | 1) => uPlot.paths.bars?.({ size: [both ? 0.38 : 0.6, 22], align: both ? align : 0, radius: 0.2 });
      const axis = { stroke: ink('--soft'), grid: { stroke: ink('--line'), width: 1 }, ticks: { show: false }, font: '12px system-ui' };
      const series: uPlot.Series[] = [{}];
      if (both) series.push({ label: t`Calls`, fill: ink('--line-strong'), paths: bars(-1), points: { show: false } });
      series.push({ label: t`Openings`, fill: ink('--accent'), paths: bars(1), points: { show: false } });
      const top = Math.max(4, ...calls, ...openings);
      chart = new uPlot(
        {
          width: element.clientWidth,
          height: HEIGHT,
          cursor: { show: false },
          legend: { show: false },
          scales: { x: { time: false, range: [-0.6, 23.6] }, y: { range: [0, top] } },
          axes: [
            { ...axis, size: 28, grid: { show: false }, splits: () => [0, 6, 12, 18, 23], values: (_chart, splits) => splits.map((hour) => `${hour}:00`) },
            { ...axis, size: 28, incrs: [1, 2, 5, 10, 20, 50, 100] },
          ],
          series,
        },
        both ? [at, calls, openings] : [at, openings],
        element,
      );
    };
    draw();
    const resized = new ResizeObserver(() => chart && chart.width !== element.clientWidth && chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    const themed = new MutationObserver(draw);
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      resized.disconnect();
      themed.disconnect();
      chart?.destroy();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, t]);

  return (
    <figure>
      <figcaption className="mb-2 flex gap-4 text-xs text-soft">
        {both && (
          <span className="flex items-center gap-1.5">
            <span aria-hidden className="size-2.5 rounded-sm bg-edge" />
            {t`Calls`}
          </span>
        )}
        <span className="flex items-center gap-1.5">
          <span aria-hidden className="size-2.5 rounded-sm bg-accent" />
          {t`Openings`}
        </span>
      </figcaption>
      <div ref={place} aria-hidden />
      <table className="sr-only">
        <caption>{t`Today by the hour`}</caption>
        <thead>
          <tr>
            <td />
            {both && <th scope="col">{t`Calls`}</th>}
            <th scope="col">{t`Openings`}</th>
          </tr>
        </thead>
        <tbody>
          {at.map((hour, index) => (
            <tr key={hour}>
              <th scope="row">{`${hour}:00`}</th>
              {both && <td>{calls[index]}</td>}
              <td>{openings[index]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
