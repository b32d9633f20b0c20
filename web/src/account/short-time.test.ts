import { expect, it } from "vitest";
import { shortTime } from "./short-time";

const now = new Date(2026, 2, 1, 15, 0, 0);

it("is the clock for what was today", () => {
  expect(shortTime(new Date(2026, 2, 1, 0, 3, 9), now)).toBe("00:03:09");
});

it("is day and minute for what is older", () => {
  expect(shortTime(new Date(2026, 1, 28, 23, 59, 59), now)).toBe("02-28 23:59");
  expect(shortTime(new Date(2025, 2, 1, 9, 5, 0), now)).toBe("03-01 09:05");
});
