import type { Fill, LedgerEntry, Order } from "@exchange/sdk";
import { describe, expect, it } from "vitest";
import { isBehind, mergeFills, mergeOrders, remember } from "./live-rows";

const fill = (sequence: number, tradeId = sequence, orderId = 1): Fill =>
  ({ market: "BTC-USDC", tradeId: BigInt(tradeId), orderId: BigInt(orderId), sequence: BigInt(sequence) }) as Fill;

const order = (orderId: number, updateTimeNs: number, status = "OPEN"): Order =>
  ({ orderId: BigInt(orderId), updateTimeNs: BigInt(updateTimeNs), status }) as Order;

const latest = (...orders: Order[]) => new Map(orders.map((each) => [each.orderId, each]));
const ids = (orders: readonly Order[]) => orders.map((each) => Number(each.orderId));

describe("fills", () => {
  it("come newest first and once, though both tell them", () => {
    const merged = mergeFills([fill(5), fill(4)], [fill(4), fill(2)]);
    expect(merged.map((each) => Number(each.sequence))).toEqual([5, 4, 2]);
  });

  it("of one trade are two when both orders are the account's", () => {
    expect(mergeFills([fill(5, 9, 1)], [fill(5, 9, 2)])).toHaveLength(2);
  });
});

describe("orders", () => {
  it("are shown as an event told them last", () => {
    const merged = mergeOrders(latest(order(3, 20, "FILLED")), [order(3, 10), order(2, 5)], true);
    expect(merged.map((each) => each.status)).toEqual(["FILLED", "OPEN"]);
  });

  it("are shown as history tells them when it is newer than the event", () => {
    expect(mergeOrders(latest(order(3, 10)), [order(3, 20, "CANCELED")], true)[0]?.status).toBe("CANCELED");
  });

  it("that history does not have yet come on top", () => {
    expect(ids(mergeOrders(latest(order(7, 1), order(9, 1)), [order(3, 1)], false))).toEqual([9, 7, 3]);
  });

  it("that are older than the pages shown wait for theirs", () => {
    expect(ids(mergeOrders(latest(order(1, 1)), [order(3, 1)], false))).toEqual([3]);
    expect(ids(mergeOrders(latest(order(1, 1)), [order(3, 1)], true))).toEqual([3, 1]);
  });

  it("are remembered up to a limit, those told last", () => {
    const known = new Map<bigint, Order>();
    for (const each of [order(1, 1), order(2, 2), order(1, 3), order(3, 4)]) {
      remember(known, each, 2);
    }
    expect([...known.keys()]).toEqual([1n, 3n]);
  });
});

describe("the ledger", () => {
  const entries = (...sequences: number[]) => sequences.map((each) => ({ sequence: BigInt(each) }) as LedgerEntry);

  it("is behind until it has the newest fill's entries", () => {
    expect(isBehind([], fill(5))).toBe(true);
    expect(isBehind(entries(4, 2), fill(5))).toBe(true);
    expect(isBehind(entries(5, 5, 2), fill(5))).toBe(false);
    expect(isBehind(entries(6), fill(5))).toBe(false);
  });
});
