import { expect, it } from "vitest";
import { sparklinePath } from "./sparkline-path";

it("goes from the left edge to the right one, the highest value at the top", () => {
  expect(sparklinePath([1, 3, 2], 100, 21.5)).toBe("M0,20.75L50,0.75L100,10.75");
});

it("is a line through the middle when nothing changes", () => {
  expect(sparklinePath([5, 5], 10, 20)).toBe("M0,10L10,10");
});

it("is nothing for fewer than two values", () => {
  expect(sparklinePath([], 10, 20)).toBe("");
  expect(sparklinePath([1], 10, 20)).toBe("");
});
