import { Decimal as DecimalJs } from "decimal.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Decimal, divided, fromWire, scaled, toWire } from "../src/decimals.ts";

/** Decimals as the exchange can name them: up to 19 digits before the point and 18 behind it. */
const exact = fc
  .tuple(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }))
  .map(([whole, fraction]) => `${whole}.${fraction.toString().padStart(18, "0")}`);

describe("decimals", () => {
  test("go out and come in as the same number", () => {
    fc.assert(
      fc.property(exact, (text) => {
        const value = new Decimal(text);
        expect(fromWire(toWire(value, "price")).equals(value)).toBe(true);
        expect(toWire(value, "price")).not.toMatch(/[eE+]/);
      }),
    );
  });

  test("scale to whole numbers as text does", () => {
    fc.assert(
      fc.property(exact, (text) => {
        const sign = text.startsWith("-") ? -1n : 1n;
        const digits = text.replace("-", "").replace(".", "");
        expect(scaled(new Decimal(text), 18)).toBe(sign * BigInt(digits));
      }),
    );
  });

  test("that do not fit their scale are refused, not rounded", () => {
    expect(() => scaled(new Decimal("0.15"), 1)).toThrow(RangeError);
    expect(scaled(new Decimal("0.150"), 2)).toBe(15n);
    expect(() => scaled(new Decimal(Number.NaN), 1)).toThrow(RangeError);
  });

  test("have exact sums and products", () => {
    fc.assert(
      fc.property(exact, exact, (left, right) => {
        const [a, b] = [new Decimal(left), new Decimal(right)];
        expect(scaled(a.plus(b), 18)).toBe(scaled(a, 18) + scaled(b, 18));
        expect(scaled(a.times(b), 36)).toBe(scaled(a, 18) * scaled(b, 18));
      }),
    );
  });

  test("of another copy of decimal.js are taken too", () => {
    expect(toWire(new DecimalJs("1e-9"), "price")).toBe("0.000000001");
  });

  test.each([0.1, 1, Number.NaN, true, null, {}])("are not %s: that is a TypeError that names the field", (value) => {
    expect(() => toWire(value as never, "price")).toThrow(TypeError);
    expect(() => toWire(value as never, "price")).toThrow(/^price: /);
  });

  test("show themselves without an exponent", () => {
    expect(`${fromWire("0.000000000000000001")}`).toBe("0.000000000000000001");
    expect(JSON.stringify({ price: fromWire("1234567890123456789.5") })).toBe('{"price":"1234567890123456789.5"}');
  });

  test("are divided as Python's decimal divides", () => {
    expect(divided(new Decimal(2), new Decimal(3)).toFixed()).toBe("0.6666666666666666666666666667");
    expect(divided(new Decimal("1234567.891"), new Decimal(7)).toFixed()).toBe("176366.8415714285714285714286");
  });
});
