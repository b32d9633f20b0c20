import type { DescEnum } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import * as enums from "../src/enums.ts";
import * as pb from "../src/proto.ts";
import { timeNs, toDate, toTimestamp, wholeMilliseconds } from "../src/times.ts";

const ENUMS: readonly [enums.EnumNames<string>, DescEnum, Readonly<Record<string, string>>][] = [
  [enums.sides, pb.SideSchema, enums.Side],
  [enums.orderTypes, pb.OrderTypeSchema, enums.OrderType],
  [enums.timesInForce, pb.TimeInForceSchema, enums.TimeInForce],
  [enums.selfTradePreventions, pb.SelfTradePreventionSchema, enums.SelfTradePrevention],
  [enums.pegReferences, pb.PegReferenceSchema, enums.PegReference],
  [enums.cancelReplaceModes, pb.CancelReplaceModeSchema, enums.CancelReplaceMode],
  [enums.orderStatuses, pb.OrderStatusSchema, enums.OrderStatus],
  [enums.closeReasons, pb.CloseReasonSchema, enums.CloseReason],
  [enums.liquidities, pb.LiquiditySchema, enums.Liquidity],
  [enums.marketStatuses, pb.MarketStatusSchema, enums.MarketStatus],
  [enums.scopes, pb.ScopeSchema, enums.Scope],
  [enums.ledgerEntryKinds, pb.LedgerEntryKindSchema, enums.LedgerEntryKind],
  [enums.rejectReasons, pb.RejectReasonSchema, enums.RejectReason],
];

test.each(ENUMS)("an enum has all names of the contract, under its numbers: %#", (names, description, constants) => {
  const known = description.values.filter((value) => value.number !== 0);
  expect(Object.values(constants)).toEqual(known.map((value) => value.localName));
  for (const { number, localName } of known) {
    expect(names.fromWire(number)).toBe(localName);
    expect(names.toWire(localName)).toBe(number);
    expect(names.toWire(localName.toLowerCase())).toBe(number);
  }
});

test("candle intervals have short names", () => {
  expect(Object.values(enums.CandleInterval)).toEqual(["1s", "1m", "5m", "15m", "1h", "4h", "1d"]);
  expect(pb.CandleIntervalSchema.values.length).toBe(8);
  expect(enums.candleIntervals.toWire("5m")).toBe(3);
  expect(enums.candleIntervals.toWire("MINUTE_5")).toBe(3);
  expect(() => enums.candleIntervals.toWire("2m")).toThrow(RangeError);
});

test("a number of a newer exchange reads as a name of its own", () => {
  expect(enums.sides.fromWire(7)).toBe("UNKNOWN_7");
  expect(enums.sides.fromWireOptional(0)).toBeUndefined();
  expect(() => enums.sides.toWire("UNKNOWN_7")).toThrow(RangeError);
});

test("times go out exactly, also those before 1970", () => {
  for (const value of [0n, 1n, -1n, 1_893_456_000_000_001_000n, -1_500_000_000n]) {
    const written = toTimestamp(value, "start");
    expect(timeNs(written)).toBe(value);
    expect(written.nanos).toBeGreaterThanOrEqual(0);
  }
  expect(toDate(-1n).getTime()).toBe(-1);
  expect(toTimestamp(new Date(1_500), "start")).toMatchObject({ seconds: 1n, nanos: 500_000_000 });
  expect(() => toTimestamp("2026-01-01" as never, "start")).toThrow(/^start: /);
  expect(() => toTimestamp(new Date(Number.NaN), "start")).toThrow(RangeError);
});

test("an interval is rounded up, never to nothing", () => {
  expect(wholeMilliseconds(0.2, "afterMs")).toBe(1);
  expect(wholeMilliseconds(undefined, "afterMs")).toBe(0);
  for (const wrong of [-1, 2 ** 32, Number.NaN]) expect(() => wholeMilliseconds(wrong, "afterMs")).toThrow(RangeError);
});
