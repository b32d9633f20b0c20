import { Decimal } from "@exchange/sdk";
import { expect, it } from "vitest";
import { percentOf, sum } from "./exact";

const huge = new Decimal("1234567890123456789.000000000000000001");
const tiny = new Decimal("0.000000000000000001");

it("loses no digit of the largest and smallest amounts", () => {
  expect(sum([huge, tiny, tiny]).toFixed()).toBe("1234567890123456789.000000000000000003");
  expect(sum([]).toFixed()).toBe("0");
});

it("tells a part in percent, and no part of nothing", () => {
  expect(percentOf(new Decimal(1), new Decimal(3))?.toFixed()).toBe("33.33");
  expect(percentOf(new Decimal(1), new Decimal(0))).toBeUndefined();
});
