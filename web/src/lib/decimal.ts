import { Decimal } from "decimal.js";

/** What stands where a number is not known. */
export const NO_VALUE = "–";

const ZERO = new Decimal(0);

type Formatting = {
  /** Digits after the point, padded with zeros; as many as the number has when left out. */
  decimals?: number;
  /** Separate thousands; true unless told otherwise. */
  group?: boolean;
  /** Put a plus before what is above zero. */
  sign?: boolean;
};

/**
 * Write a decimal in full, never with an exponent: `65,000.50`. What does not fit `decimals` is rounded to the nearest, half to
 * even: for reading only, never for what is sent.
 */
export function formatDecimal(
  value: Decimal | undefined | null,
  { decimals, group = true, sign }: Formatting = {},
): string {
  if (!value) return NO_VALUE;
  const text = decimals === undefined ? value.toFixed() : value.toFixed(decimals, Decimal.ROUND_HALF_EVEN);
  const negative = text.startsWith("-");
  const [whole = "0", fraction] = (negative ? text.slice(1) : text).split(".");
  const digits = group ? whole.replace(/\B(?=(\d{3})+$)/g, ",") : whole;
  const isZero = !/[1-9]/.test(text);
  const prefix = isZero ? "" : negative ? "−" : sign ? "+" : "";
  return prefix + digits + (fraction ? `.${fraction}` : "");
}

/** Write a decimal as it may be typed into a field and sent: no separators, no exponent, no zeros at the end. */
export function toPlainText(value: Decimal): string {
  return value.toFixed();
}

const SCALES = [
  { from: new Decimal("1e12"), letter: "T" },
  { from: new Decimal("1e9"), letter: "B" },
  { from: new Decimal("1e6"), letter: "M" },
  { from: new Decimal("1e3"), letter: "K" },
] as const;

/** Write a large amount in few letters: `1.25M`. Below ten thousand it is written with two decimals. */
export function formatCompact(value: Decimal | undefined | null): string {
  if (!value) return NO_VALUE;
  const magnitude = value.abs();
  if (magnitude.lt(10_000)) return formatDecimal(value, { decimals: magnitude.lt(1) && !magnitude.isZero() ? 4 : 2 });
  const scale = SCALES.find(({ from }) => magnitude.gte(from));
  return scale ? formatDecimal(value.div(scale.from), { decimals: 2 }) + scale.letter : formatDecimal(value);
}

/** Write a ratio in per cent, with its sign: 0.0123 is `+1.23%`. */
export function formatPercent(ratio: Decimal | undefined | null, decimals = 2): string {
  return ratio ? `${formatDecimal(ratio.times(100), { decimals, sign: true })}%` : NO_VALUE;
}

/** Digits after the point that a step needs: 2 for 0.01, 0 for 10. */
export function decimalsOf(step: Decimal): number {
  return step.decimalPlaces();
}

/**
 * Read what a person typed: spaces and thousands' commas are overlooked, anything else that is no plain decimal is undefined. No
 * exponent and no sign, as in the contract.
 */
export function parseDecimal(text: string): Decimal | undefined {
  const plain = text.replace(/[\s,]/g, "");
  return /^(\d+\.?\d*|\.\d+)$/.test(plain) ? new Decimal(plain) : undefined;
}

export function sumOf(values: Iterable<Decimal>): Decimal {
  let total = ZERO;
  for (const value of values) total = total.plus(value);
  return total;
}

/**
 * The number that a canvas needs for a place in pixels. Charts take nothing else; it loses digits, so nothing that is
 * read, compared or sent may come from it.
 */
export function toPlotNumber(value: Decimal): number {
  return value.toNumber();
}
