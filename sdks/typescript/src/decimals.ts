// Decimals at the edge: what a caller may pass, and what goes over the wire.

import { Decimal as DecimalJs } from "decimal.js";

/**
 * decimal.js with room for what the exchange can name: sums and products of its decimals are exact (its own default of 20
 * digits would round them), and text never has an exponent.
 */
export const Decimal = DecimalJs.clone({ precision: 80, toExpNeg: -100, toExpPos: 100, defaults: true });
export type Decimal = DecimalJs;

/** What every price, quantity and amount may be given as. A number is refused: 0.1 has no exact value. */
export type DecimalInput = DecimalJs | bigint | string;

export const ZERO = new Decimal(0);

const PLAIN = /^[0-9]+(\.[0-9]+)?$/;
const NUMBER = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$/;

/**
 * Write a decimal as the contract wants it: digits, an optional point, digits; no exponent.
 *
 * Nothing is rounded. A string of digits goes out as it is. Throws a TypeError for a number (or anything else that is not
 * exact), a RangeError for what is no finite number, both naming the field. Signs and ranges are the exchange's to judge.
 */
export function toWire(value: DecimalInput, field: string): string {
  if (typeof value === "string") {
    if (PLAIN.test(value)) return value;
    if (!NUMBER.test(value)) throw new RangeError(`${field}: ${JSON.stringify(value)} is not a number`);
    return plain(new Decimal(value));
  }
  if (typeof value === "bigint") return value.toString();
  if (DecimalJs.isDecimal(value)) {
    if (!value.isFinite()) throw new RangeError(`${field}: ${value} is not a finite number`);
    return plain(value);
  }
  const kind = value === null ? "null" : typeof value;
  throw new TypeError(`${field}: a ${kind} is not exact; pass a Decimal, a string or a bigint, such as "${value}"`);
}

/** Write a decimal that may be left out; empty says so. */
export function toWireOptional(value: DecimalInput | undefined, field: string): string {
  return value === undefined ? "" : toWire(value, field);
}

/** Read a decimal of the contract; empty is zero. */
export function fromWire(text: string): Decimal {
  return text === "" || text === "0" ? ZERO : new Decimal(text);
}

/** Read a decimal that the contract leaves empty when there is none. */
export function fromWireOptional(text: string): Decimal | undefined {
  return text === "" ? undefined : new Decimal(text);
}

/** Return value × 10^decimals, exact. Throws a RangeError when the value has more decimals than that. */
export function scaled(value: Decimal, decimals: number): bigint {
  if (!value.isFinite()) throw new RangeError(`${value} is not a finite number`);
  const [whole = "0", fraction = ""] = plain(value).split(".");
  if (fraction.length > decimals) throw new RangeError(`${plain(value)} has more than ${decimals} decimals`);
  return BigInt(whole + fraction.padEnd(decimals, "0"));
}

/** Digits without an exponent, whatever the settings of the decimal's class. */
function plain(value: DecimalJs): string {
  return value.toFixed();
}

// As many digits, rounded as Python's decimal rounds, so that both SDKs say the same.
const Quotient = DecimalJs.clone({ precision: 28, rounding: DecimalJs.ROUND_HALF_EVEN, defaults: true });

/** Divide to 28 significant digits, half to even. */
export function divided(dividend: Decimal, divisor: Decimal): Decimal {
  return new Decimal(new Quotient(dividend).div(divisor));
}
