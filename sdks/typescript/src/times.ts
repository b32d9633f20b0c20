// Times at the edge: what a caller may pass, and what goes over the wire.

import { create } from "@bufbuild/protobuf";
import { type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";

/** A time that a caller passes: a Date (milliseconds), or nanoseconds since 1970. */
export type TimeInput = Date | bigint;

const NANOSECONDS = 1_000_000_000n;

/** Write a time, exactly. Throws a TypeError for what is none, a RangeError for an invalid Date. */
export function toTimestamp(value: TimeInput, field: string): Timestamp {
  const timeNs = nanoseconds(value, field);
  const seconds = floorDivide(timeNs, NANOSECONDS);
  return create(TimestampSchema, { seconds, nanos: Number(timeNs - seconds * NANOSECONDS) });
}

/** Write a time that may be left out. */
export function toTimestampOptional(value: TimeInput | undefined, field: string): Timestamp | undefined {
  return value === undefined ? undefined : toTimestamp(value, field);
}

/** Nanoseconds since 1970; unset is 0. */
export function timeNs(timestamp: Timestamp | undefined): bigint {
  return timestamp === undefined ? 0n : timestamp.seconds * NANOSECONDS + BigInt(timestamp.nanos);
}

/** Nanoseconds since 1970 as a Date, rounded down to the millisecond. */
export function toDate(timeNs: bigint): Date {
  return new Date(Number(floorDivide(timeNs, 1_000_000n)));
}

/**
 * Check a duration in milliseconds that goes out as a whole number; undefined is 0. What is not whole is rounded up: an
 * interval never becomes shorter than asked for. Throws a RangeError naming the field.
 */
export function wholeMilliseconds(value: number | undefined, field: string): number {
  if (value === undefined) return 0;
  const count = Math.ceil(value);
  if (!(count >= 0 && count < 2 ** 32)) throw new RangeError(`${field}: ${value} ms is out of range`);
  return count;
}

function nanoseconds(value: TimeInput, field: string): bigint {
  if (typeof value === "bigint") return value;
  if (!(value instanceof Date)) throw new TypeError(`${field}: a ${typeof value} is no Date`);
  const milliseconds = value.getTime();
  if (Number.isNaN(milliseconds)) throw new RangeError(`${field}: an invalid Date`);
  return BigInt(milliseconds) * 1_000_000n;
}

function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}
