import { Decimal } from "decimal.js";
import { formatCompact, formatDecimal } from "@/lib/decimal";
import type { ChartColors } from "./chart-colors";
import type { DepthCurve, DepthPoint } from "./depth-curve";

type Drawing = {
  /** CSS pixels. */
  width: number;
  height: number;
  pointerX: number | undefined;
  /** Digits of a price on the axis. */
  decimals: number;
  colors: ChartColors;
};

const AXIS_HEIGHT = 24;
const HEADROOM = 0.12;

/** Draw both curves as steps, the axis below them, and a line where the pointer is. */
export function drawDepth(canvas: HTMLCanvasElement, curve: DepthCurve, drawing: Drawing): void {
  const { width, height, pointerX, decimals, colors } = drawing;
  const context = canvas.getContext("2d");
  if (!context) return;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const { range, deepest } = curve;
  if (!range || deepest === 0) return;

  const floor = height - AXIS_HEIGHT;
  const toX = (price: number) => ((price - range.low) / (range.high - range.low)) * width;
  const toY = (total: number) => floor - (total / deepest) * floor * (1 - HEADROOM);
  const side = (points: readonly DepthPoint[], edge: number, line: string, fill: string) => {
    const first = points[0];
    if (!first) return;
    context.beginPath();
    context.moveTo(toX(first.x), floor);
    let y = floor;
    for (const point of points) {
      context.lineTo(toX(point.x), y);
      y = toY(point.y);
      context.lineTo(toX(point.x), y);
    }
    context.lineTo(edge, y);
    context.strokeStyle = line;
    context.lineWidth = 1.5;
    context.stroke();
    context.lineTo(edge, floor);
    context.closePath();
    context.fillStyle = fill;
    context.fill();
  };

  context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  drawAxes(context, { ...drawing, floor, toX, toY, curve });
  side(curve.bids, 0, colors.buy, colors.buySoft);
  side(curve.asks, width, colors.sell, colors.sellSoft);

  context.textAlign = "center";
  context.fillStyle = colors.text;
  context.fillText(formatDecimal(new Decimal(range.mid), { decimals }), toX(range.mid), 16);
  if (pointerX !== undefined) {
    context.strokeStyle = colors.lineStrong;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(pointerX + 0.5, 0);
    context.lineTo(pointerX + 0.5, floor);
    context.stroke();
    context.setLineDash([]);
  }
}

type Axes = Drawing & {
  floor: number;
  toX: (price: number) => number;
  toY: (total: number) => number;
  curve: DepthCurve;
};

function drawAxes(context: CanvasRenderingContext2D, axes: Axes): void {
  const { width, floor, toX, toY, curve, colors, decimals } = axes;
  if (!curve.range) return;
  context.strokeStyle = colors.line;
  context.fillStyle = colors.faint;
  context.lineWidth = 1;
  for (const part of [0.25, 0.5, 0.75, 1]) {
    const y = Math.round(toY(curve.deepest * part)) + 0.5;
    context.beginPath();
    context.moveTo(0, y);
    context.lineTo(width, y);
    context.stroke();
    context.textAlign = "right";
    context.fillText(formatCompact(new Decimal(curve.deepest * part)), width - 8, y - 4);
  }
  context.textAlign = "center";
  const { low, high } = curve.range;
  for (const part of [0.125, 0.3125, 0.5, 0.6875, 0.875]) {
    const price = low + (high - low) * part;
    context.fillText(formatDecimal(new Decimal(price), { decimals }), toX(price), floor + 16);
  }
}
