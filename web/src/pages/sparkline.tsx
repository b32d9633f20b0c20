import { sparklinePath } from "./sparkline-path";

const WIDTH = 96;
const HEIGHT = 28;

/** A small line of what was, in the colour of how it went; the numbers stand elsewhere in the row. */
export function Sparkline({ values }: { values: readonly number[] }) {
  const path = sparklinePath(values, WIDTH, HEIGHT);
  if (path === "") {
    return <span className="text-faint" />;
  }
  const rose = (values.at(-1) ?? 0) >= (values[0] ?? 0);
  return (
    <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden className="overflow-visible">
      <path
        d={path}
        fill="none"
        strokeWidth={1.5}
        strokeLinejoin="round"
        strokeLinecap="round"
        className={rose ? "stroke-buy" : "stroke-sell"}
      />
    </svg>
  );
}
