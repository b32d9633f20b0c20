/** A small line without axes, as an SVG path. */

/**
 * Draw values from left to right into a box, the highest at the top, half a stroke of room above and below.
 *
 * Equal values make a line through the middle; fewer than two make nothing.
 */
export function sparklinePath(values: readonly number[], width: number, height: number, stroke = 1.5): string {
  if (values.length < 2) {
    return "";
  }
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  const room = height - stroke;
  const step = width / (values.length - 1);
  const points = values.map((value, index) => {
    const share = span === 0 ? 0.5 : (value - low) / span;
    return `${round(index * step)},${round(stroke / 2 + (1 - share) * room)}`;
  });
  return `M${points.join("L")}`;
}

function round(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}
