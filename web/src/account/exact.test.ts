import { Decimal } from "decimal.js";
import { expect, it } from "vitest";
import { minus, percentOf, plus, sum, times } from "./exact";

const huge = new Decimal("1234567890123456789.000000000000000001");
const tiny = new Decimal("0.000000000000000001");

it("loses no digit of the largest and smallest amounts", () => {
  expect(plus(huge, tiny).toFixed()).toBe("1234567890123456789.000000000000000002");
  expect(minus(huge, tiny).toFixed()).toBe("1234567890123456789");
  expect(times(huge, new Decimal(2)).toFixed()).toBe("2469135780246913578.000000000000000002");
  expect(sum([huge, tiny, tiny]).toFixed()).toBe("1234567890123456789.000000000000000003");
  expect(sum([]).toFixed()).toBe("0");
});

it("tells a part in percent, and no part of nothing", () => {
  expect(percentOf(new Decimal(1), new Decimal(3))?.toFixed()).toBe("33.33");
  expect(percentOf(new Decimal(1), new Decimal(0))).toBeUndefined();
});
