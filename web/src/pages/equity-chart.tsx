import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useUiStore } from "@/app/ui-store";

interface EquityChartProps {
  /** Seconds since 1970, and values; oldest first. */
  readonly series: [number[], number[]];
  /** Called with the place of the point under the pointer, undefined when it leaves. */
  readonly onHover: (index: number | undefined) => void;
  /** Says what a screen reader tells instead of the picture. */
  readonly label: string;
}

const HEIGHT = 260;

/** A line over time with its area. */
export function EquityChart({ series, onHover, label }: EquityChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const theme = useUiStore((state) => state.theme);
  const latest = useRef({ series, onHover });
  latest.current = { series, onHover };

  // A plot is made anew for another theme only; new points go into the one that is there.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is read from the style, not from the variable
  useEffect(() => {
    const element = box.current;
    if (!element) {
      return;
    }
    const made = new uPlot(
      chartOptions(element, (index) => latest.current.onHover(index)),
      latest.current.series,
      element,
    );
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
    };
  }, [theme]);

  useEffect(() => plot.current?.setData(series), [series]);
  return <div ref={box} role="img" aria-label={label} className="equity-chart w-full" style={{ height: HEIGHT }} />;
}

function chartOptions(element: HTMLElement, onHover: (index: number | undefined) => void): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const font = `11px ${style.fontFamily}`;
  const axis: uPlot.Axis = { stroke: colour("--faint"), font, ticks: { show: false }, grid: { show: false }, gap: 8 };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [12, 0, 0, 14],
    cursor: { y: false, points: { size: 7, fill: colour("--accent") } },
    legend: { show: false },
    hooks: { setCursor: [(plot) => onHover(plot.cursor.idx ?? undefined)] },
    axes: [
      {
        ...axis,
        space: 80,
        size: 30,
        values: (_plot, splits, _axis, _space, step) => splits.map((at) => timeText(at, step)),
      },
      {
        ...axis,
        side: 1,
        size: 76,
        grid: { show: true, stroke: colour("--line"), width: 1 },
        values: (_plot, splits) => splits.map((value) => value.toLocaleString("en", { maximumFractionDigits: 2 })),
      },
    ],
    scales: { y: { range: (_plot, low, high) => padded(low, high) } },
    series: [
      {},
      {
        stroke: colour("--accent"),
        width: 1.75,
        points: { show: false },
        // A minute in which nothing changed has no point: equity stays what it was.
        paths: uPlot.paths.stepped?.({ align: 1 }),
        fill: (plot) => {
          const fade = plot.ctx.createLinearGradient(0, plot.bbox.top, 0, plot.bbox.top + plot.bbox.height);
          fade.addColorStop(0, withAlpha(colour("--accent"), "40"));
          fade.addColorStop(1, withAlpha(colour("--accent"), "00"));
          return fade;
        },
      },
    ],
  };
}

/** A time on the axis: the day when the steps are days, else the clock. */
function timeText(seconds: number, stepSeconds: number): string {
  const time = new Date(seconds * 1000);
  return stepSeconds >= 86_400
    ? time.toLocaleDateString("en-GB", { day: "numeric", month: "short" })
    : time.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

/** Room above and below, and a height even when nothing changes. */
function padded(low: number, high: number): [number, number] {
  const room = (high - low) * 0.12 || Math.abs(high) * 0.001 || 1;
  return [low - room, high + room];
}

/** A colour of the tokens (#rrggbb) with two hexadecimal digits of opacity. */
function withAlpha(colour: string, alpha: string): string {
  return colour + alpha;
}
