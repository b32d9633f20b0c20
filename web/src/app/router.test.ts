import { describe, expect, it } from "vitest";
import { parseRoute, routeHref } from "./router";

describe("routes", () => {
  it("survive a trip through the address", () => {
    for (const route of [
      { page: "trade", market: "BTC-USDC" },
      { page: "trade", market: "A/B <x>-USDC" },
      { page: "markets" },
      { page: "admin" },
    ] as const) {
      expect(parseRoute(routeHref(route))).toEqual(route);
    }
  });
  it.each(["", "#", "#/", "#/nowhere", "#/trade", "#/trade/%"])("%j is the trading view", (hash) => {
    expect(parseRoute(hash)).toEqual({ page: "trade" });
  });
});
