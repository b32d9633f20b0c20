// What the attempts of a call come to, for each way to fail; calls against servers that really fail are in tests/live.

import { describe, expect, test } from "vitest";
import * as errors from "../src/errors.ts";
import type { Operation } from "../src/operations.ts";
import { Attempts, DEFAULT_RETRY, retryDelayMs } from "../src/retry.ts";

const QUICK = { initialMs: 2, maximumMs: 10, multiplier: 2 };
const READ = { mutates: false, repeatable: true } as Operation<unknown>;
const KEYED = { mutates: true, repeatable: true, clientOrderId: "k" } as Operation<unknown>;
const KEYLESS = { mutates: true, repeatable: false } as Operation<unknown>;

const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
const notSent = new errors.Unavailable("connect ECONNREFUSED", { cause: refused });
const lost = new errors.Unavailable("the connection broke");
const overloaded = new errors.Overloaded("too much", { reason: "OVERLOADED", retryAfterMs: 50 });
const late = new errors.DeadlineExceeded("the operation timed out");

test("pauses grow, up to a maximum, and are never the same for all", () => {
  for (const [attempt, ceiling] of [
    [1, 50],
    [2, 100],
    [5, 800],
    [6, 1_000],
    [1_000, 1_000],
  ] as const) {
    const delays = Array.from({ length: 200 }, () => retryDelayMs(DEFAULT_RETRY, attempt));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(ceiling / 2);
    expect(Math.max(...delays)).toBeLessThanOrEqual(ceiling);
    expect(new Set(delays).size).toBeGreaterThan(100);
  }
});

describe("a failed attempt", () => {
  test.each([
    ["a read whose connection broke", READ, lost],
    ["an order with a key whose connection broke", KEYED, lost],
    ["an order without a key that was never sent", KEYLESS, notSent],
    ["an order without a key that the exchange turned away", KEYLESS, overloaded],
  ])("is repeated: %s", (_, operation, error) => {
    expect(new Attempts(operation, QUICK, 1_000).failed(error)).toBeGreaterThan(0);
  });

  test("waits as long as the exchange says", () => {
    expect(new Attempts(READ, QUICK, 1_000).failed(overloaded)).toBeGreaterThanOrEqual(50);
    expect(() => new Attempts(READ, QUICK, 40).failed(overloaded)).toThrow(errors.Overloaded);
  });

  test.each([
    ["a refusal", READ, new errors.NotFound("no such order")],
    ["a limit without a delay", READ, new errors.RateLimited("too much")],
    ["a read that is late", READ, late],
    [
      "what the exchange says it did not do in time",
      KEYED,
      new errors.DeadlineExceeded("late", { reason: "DEADLINE_PASSED" }),
    ],
  ])("is told as it is: %s", (_, operation, error) => {
    expect(() => new Attempts(operation, QUICK, 1_000).failed(error)).toThrow(error);
  });

  test.each([
    ["an order without a key whose connection broke", KEYLESS, lost],
    ["an order that got no answer in time", KEYED, late],
  ])("leaves the outcome unknown: %s", (_, operation, error) => {
    expect(() => new Attempts(operation, QUICK, 1_000).failed(error)).toThrow(errors.OutcomeUnknown);
  });

  test("names the order whose outcome is unknown", () => {
    const attempts = new Attempts(KEYED, { ...QUICK, maxAttempts: 1 }, 1_000);
    const error = caught(() => attempts.failed(lost)) as errors.OutcomeUnknown;
    expect(error).toMatchObject({ clientOrderId: "k", cause: lost, code: "UNAVAILABLE", name: "OutcomeUnknown" });
    expect(`${error}`).toContain("(order k)");
  });

  test("after one that may have arrived leaves the outcome unknown, even if it was itself turned away", () => {
    const attempts = new Attempts(KEYED, { ...QUICK, maxAttempts: 2 }, 1_000);
    attempts.failed(lost);
    expect(attempts.isRepeated).toBe(true);
    expect(() => attempts.failed(overloaded)).toThrow(errors.OutcomeUnknown);
  });

  test("that never arrived is Unavailable at the end: nothing was executed", () => {
    const attempts = new Attempts(KEYLESS, { ...QUICK, maxAttempts: 2 }, 1_000);
    attempts.failed(notSent);
    expect(attempts.isRepeated).toBe(false);
    expect(caught(() => attempts.failed(notSent))).toBe(notSent);
  });
});

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
