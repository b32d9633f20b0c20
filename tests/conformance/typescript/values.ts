// Between the cases, which speak as the contract and Python do, and the TypeScript SDK.

import { Decimal, type ExchangeError } from "../../../sdks/typescript/src/index.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

/** snake_case to camelCase, in every part of a path. */
export function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Make the argument that a case's value stands for. */
export function argument(value: Json): unknown {
  if (Array.isArray(value)) return value.map(argument);
  if (!isObject(value)) return value;
  const [[kind, content]] = Object.entries(value) as [[string, Json]];
  if (kind === "time") return nanoseconds(String(content));
  return fields(content as JsonObject);
}

/** Make an object of arguments: ids are bigint, names in camelCase. */
export function fields(content: JsonObject): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(content).map(([name, value]) => [
      camelCase(name),
      name.endsWith("_id") && typeof value === "number" ? BigInt(value) : argument(value),
    ]),
  );
}

/** Nanoseconds of an ISO 8601 time with up to nine decimals. */
function nanoseconds(text: string): bigint {
  const [, whole = "", fraction = "", zone = ""] = /^([^.+Z]*)(?:\.(\d+))?(.*)$/.exec(text) ?? [];
  return BigInt(Date.parse(whole + zone)) * 1_000_000n + BigInt(fraction.padEnd(9, "0") || 0);
}

/** Look up what a result has at each of the paths, for comparison with the case. */
export function atPaths(result: unknown, paths: Iterable<string>): JsonObject | null {
  if (result === undefined || result === null) return null;
  return Object.fromEntries(Array.from(paths, (path) => [path, plain(at(result, path))]));
}

function at(result: unknown, path: string): unknown {
  let found: unknown = result;
  for (const part of path.split(".")) {
    // Python's names of what TypeScript has otherwise.
    if (part === "text" && typeof found === "string") continue;
    if (found instanceof Date) found = part === "year" ? found.getUTCFullYear() : found.getUTCMinutes();
    else if (part === "__len__") found = (found as readonly unknown[]).length;
    else if (part === "retry_after") found = seconds((found as ExchangeError).retryAfterMs);
    else found = (found as Record<string, unknown>)[camelCase(part)];
  }
  return found;
}

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}

/** Write a value of the SDK as JSON: decimals and large numbers as text. */
export function plain(value: unknown): Json {
  if (value === undefined || value === null) return null;
  if (Decimal.isDecimal(value)) return value.toFixed();
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
  }
  return value as Json;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
