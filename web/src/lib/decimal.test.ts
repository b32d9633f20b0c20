import { Decimal } from "decimal.js";
import { describe, expect, it } from "vitest";
import { formatCompact, formatDecimal, formatPercent, NO_VALUE, parseDecimal } from "./decimal";

const decimal = (text: string) => new Decimal(text);

describe("formatDecimal", () => {
  it("groups thousands of the whole part only", () => {
    expect(formatDecimal(decimal("1234567.1234567"))).toBe("1,234,567.1234567");
  });
  it("pads to the decimals asked for", () => {
    expect(formatDecimal(decimal("65000.5"), { decimals: 2 })).toBe("65,000.50");
  });
  it("never writes an exponent", () => {
    expect(formatDecimal(decimal("1e-12"))).toBe("0.000000000001");
    expect(formatDecimal(decimal("1e21"), { group: false })).toBe("1000000000000000000000");
  });
  it("writes a true minus, and a plus on demand, but no sign at zero", () => {
    expect(formatDecimal(decimal("-1.5"))).toBe("−1.5");
    expect(formatDecimal(decimal("1.5"), { sign: true })).toBe("+1.5");
    expect(formatDecimal(decimal("-0.001"), { decimals: 2, sign: true })).toBe("0.00");
  });
  it("says that there is nothing", () => {
    expect(formatDecimal(undefined)).toBe(NO_VALUE);
  });
});

describe("formatCompact", () => {
  it("shortens what is large", () => {
    expect(formatCompact(decimal("1254000"))).toBe("1.25M");
    expect(formatCompact(decimal("-25400"))).toBe("−25.40K");
  });
  it("keeps what is small", () => {
    expect(formatCompact(decimal("9999.5"))).toBe("9,999.50");
    expect(formatCompact(decimal("0.1234"))).toBe("0.1234");
  });
});

describe("formatPercent", () => {
  it("has a sign", () => {
    expect(formatPercent(decimal("0.01234"))).toBe("+1.23%");
    expect(formatPercent(decimal("-0.5"))).toBe("−50.00%");
  });
});

describe("parseDecimal", () => {
  it("overlooks separators", () => {
    expect(parseDecimal(" 65,000.50 ")?.toFixed()).toBe("65000.5");
  });
  it("takes an unfinished number", () => {
    expect(parseDecimal("1.")?.toFixed()).toBe("1");
    expect(parseDecimal(".5")?.toFixed()).toBe("0.5");
  });
  it.each(["", "-1", "1e5", "0x10", "1.2.3", "Infinity", "<b>"])("refuses %j", (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });
});
