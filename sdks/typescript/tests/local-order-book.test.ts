// Local books and queues against the simplest ones that can be.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc32, scaledDigits } from "../src/checksum.ts";
import { Decimal } from "../src/decimals.ts";
import {
  BookOutOfSync,
  bookChecksum,
  ChecksumMismatch,
  Gap,
  groupLevels,
  LocalOrderBook,
  LocalOrderQueues,
  queueChecksum,
  Side,
  TextLevel,
  TextOrder,
} from "../src/index.ts";

const MARKET = { name: "M", priceDecimals: 1, quantityDecimals: 3 };

type Rows = ReadonlyMap<string, string>;

function levels(rows: Rows, sign: 1 | -1): TextLevel[] {
  const sorted = [...rows].sort(([a], [b]) => sign * new Decimal(a).cmp(b));
  return sorted.map(([price, quantity]) => new TextLevel(price, quantity));
}

function snapshot(bids: Rows, asks: Rows, sequence: bigint) {
  const sides = { bids: levels(bids, -1), asks: levels(asks, 1) };
  return { market: "M", ...sides, sequence, checksum: bookChecksum(sides.asks, sides.bids, 1, 3) };
}

function book(bids: Rows, asks: Rows): LocalOrderBook {
  const made = new LocalOrderBook(MARKET);
  made.applySnapshot(snapshot(bids, asks, 1n));
  return made;
}

const price = fc.integer({ min: 1, max: 400 }).map((tenths) => new Decimal(tenths).div(10).toFixed());
const quantity = fc.integer({ min: 0, max: 5 }).map((thousandths) => new Decimal(thousandths).div(1000).toFixed());
const changes = fc.array(fc.tuple(fc.boolean(), price, quantity), { maxLength: 20 });

test("whatever changes, a local book has the levels of the simplest book", () => {
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 8 }), (deltas) => {
      const sides = { bids: new Map<string, string>(), asks: new Map<string, string>() };
      const local = book(sides.bids, sides.asks);
      for (const [index, delta] of deltas.entries()) {
        for (const [isBid, at, amount] of delta) {
          const side = isBid ? sides.bids : sides.asks;
          if (amount === "0") side.delete(at);
          else side.set(at, amount);
        }
        const of = (wanted: boolean) =>
          delta.filter(([isBid]) => isBid === wanted).map(([, at, amount]) => new TextLevel(at, amount));
        const { checksum } = snapshot(sides.bids, sides.asks, 0n);
        const sequence = BigInt(index + 2);
        const links = { sequence, prevSequence: sequence - 1n };
        local.applyDelta({ market: "M", bids: of(true), asks: of(false), checksum, ...links });
      }
      expect(local.bids().map(String)).toEqual(levels(sides.bids, -1).map(String));
      expect(local.asks().map(String)).toEqual(levels(sides.asks, 1).map(String));
      expect(local.asks(3)).toEqual(local.asks().slice(0, 3));
      expect([String(local.bestBid), String(local.bestAsk)]).toEqual([
        String(local.bids()[0]),
        String(local.asks()[0]),
      ]);
    }),
    { numRuns: 100 },
  );
});

describe("a local book", () => {
  const BIDS = new Map([["9.5", "1"]]);
  const ASKS = new Map([["10", "0.25"]]);
  const delta = (fields: object) => ({
    market: "M",
    bids: [],
    asks: [],
    sequence: 2n,
    prevSequence: 1n,
    checksum: 0,
    ...fields,
  });

  test("takes nothing but a snapshot after a gap, and keeps its levels until then", () => {
    const local = book(BIDS, ASKS);
    expect(() => local.applyDelta(delta({ sequence: 4n, prevSequence: 3n }))).toThrow(Gap);
    expect(local.inSync).toBe(false);
    expect(local.bids().map(String)).toEqual(["1@9.5"]);
    expect(() => local.applyDelta(delta({}))).toThrow(Gap);
    local.applySnapshot(snapshot(BIDS, ASKS, 9n));
    expect([local.inSync, local.sequence]).toEqual([true, 9n]);
  });

  test("notices a wrong checksum, another market and numbers that the market does not have", () => {
    expect(() => book(BIDS, ASKS).applyDelta(delta({ checksum: 7 }))).toThrow(ChecksumMismatch);
    expect(() => book(BIDS, ASKS).applyDelta(delta({ market: "N" }))).toThrow(BookOutOfSync);
    for (const bad of [
      new TextLevel("9.55", "1"),
      new TextLevel("9.5", "0.0001"),
      new TextLevel("9.5", "-1"),
      new TextLevel("x", "1"),
    ]) {
      expect(() => book(BIDS, ASKS).applyDelta(delta({ bids: [bad] })), String(bad)).toThrow(BookOutOfSync);
    }
  });

  test("gives the same array while nothing changes, and the same levels after something did", () => {
    const local = book(BIDS, ASKS);
    const [bids, asks, best] = [local.bids(), local.asks(), local.bids(5)];
    expect(local.bids()).toBe(bids);
    const after = snapshot(new Map([["9", "2"], ...BIDS]), ASKS, 0n);
    local.applyDelta(delta({ bids: [new TextLevel("9", "2")], checksum: after.checksum }));
    expect(local.asks()).toBe(asks);
    expect(local.bids()).not.toBe(bids);
    expect(local.bids(5)[0]).toBe(best[0]);
  });

  test("takes levels that are Decimals, too, exactly", () => {
    const local = new LocalOrderBook({ name: "M", priceDecimals: 18, quantityDecimals: 0 });
    const [at, amount] = [new Decimal("9007199254740993.000000000000000001"), new Decimal("1000")];
    const levelsOf = [{ price: at, quantity: amount }];
    const checksum = bookChecksum(levelsOf, [], 18, 0);
    local.applySnapshot({ market: "M", asks: levelsOf, bids: [], sequence: 1n, checksum });
    expect(local.bestAsk?.price.eq(at)).toBe(true);
    expect(checksum).toBe(crc32("90071992547409930000000000000000011000"));
    expect(local.spread).toBeUndefined();
  });
});

test("levels in steps look no better than they are: bids are rounded down, asks up", () => {
  const [bids, asks] = [
    levels(
      new Map([
        ["9.9", "1"],
        ["9.6", "2"],
        ["9.4", "4"],
        ["0.3", "1"],
      ]),
      -1,
    ),
    levels(
      new Map([
        ["10.1", "1"],
        ["10.5", "2"],
        ["10.6", "4"],
      ]),
      1,
    ),
  ];
  expect(groupLevels(bids, "bids", "0.5").map(String)).toEqual(["3@9.5", "4@9", "1@0"]);
  expect(groupLevels(asks, "asks", new Decimal("0.5")).map(String)).toEqual(["3@10.5", "4@11"]);
  for (const wrong of ["0", "-1", "Infinity"]) expect(() => groupLevels(bids, "bids", wrong)).toThrow(RangeError);
});

test("digits are scaled exactly, and nothing is rounded", () => {
  expect(["51.5", "0.04", "0", "0.0", "2.50", "007"].map((text) => scaledDigits(text, 2))).toEqual([
    "5150",
    "4",
    "0",
    "0",
    "250",
    "700",
  ]);
  for (const wrong of ["1.005", "1e3", "", ".5", "1.", "+1", "NaN"])
    expect(() => scaledDigits(wrong, 2), wrong).toThrow(RangeError);
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.integer({ min: 0, max: 18 }), (units, decimals) => {
      expect(scaledDigits(new Decimal(units.toString()).div(new Decimal(10).pow(decimals)).toFixed(), decimals)).toBe(
        `${units}`,
      );
    }),
  );
});

test("whatever happens to orders, local queues have those of the simplest queues, in their order", () => {
  const step = fc.record({
    id: fc.bigInt({ min: 1n, max: 12n }),
    isBid: fc.boolean(),
    price: fc.integer({ min: 1, max: 4 }).map(String),
    quantity: fc.integer({ min: 0, max: 3 }).map(String),
    queued: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      // One list a side, in the order of arrival; a stable sort by price makes queues of it.
      const lists: Record<Side, TextOrder[]> = { BUY: [], SELL: [] };
      const sorted = (side: Side) =>
        [...lists[side]].sort((a, b) => (side === Side.BUY ? b.price.cmp(a.price) : a.price.cmp(b.price)));
      const local = new LocalOrderQueues({ name: "M", priceDecimals: 0, quantityDecimals: 0 });
      local.applySnapshot({ market: "M", bids: [], asks: [], sequence: 1n, checksum: 0 });
      let sequence = 1n;
      for (const { id, isBid, price: at, quantity: amount, queued } of steps) {
        const side = isBid ? Side.BUY : Side.SELL;
        const list = lists[side];
        const known = list.findIndex((order) => order.orderId === id);
        if (lists[isBid ? Side.SELL : Side.BUY].some((order) => order.orderId === id)) continue;
        if (known < 0 && (!queued || amount === "0")) continue;
        const order = new TextOrder(id, at, amount);
        if (known >= 0 && !queued && list[known]?.priceText !== at) continue;
        if (known >= 0 && !queued && amount !== "0") list[known] = order;
        else {
          if (known >= 0) list.splice(known, 1);
          if (amount !== "0") list.push(order);
        }
        const change = { orderId: id, side, price: order.price, quantity: order.quantity, queued };
        const checksum = queueChecksum(sorted(Side.SELL), sorted(Side.BUY), 0, 0);
        local.applyDelta({ market: "M", changes: [change], prevSequence: sequence, sequence: sequence + 1n, checksum });
        sequence += 1n;
      }
      const names = (orders: readonly TextOrder[]) => orders.map((order) => `${order.orderId}: ${order}`);
      expect(names(local.bids())).toEqual(names(sorted(Side.BUY)));
      expect(names(local.asks())).toEqual(names(sorted(Side.SELL)));
      expect(local.size).toBe(lists.BUY.length + lists.SELL.length);
      for (const order of lists.BUY) {
        const ahead = sorted(Side.BUY).filter((other) => other.price.eq(order.price));
        expect(local.position(order.orderId)?.ordersAhead).toBe(
          ahead.findIndex((other) => other.orderId === order.orderId),
        );
      }
    }),
    { numRuns: 100 },
  );
});
