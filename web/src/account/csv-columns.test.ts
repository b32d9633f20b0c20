import type { Balance, LedgerEntry, Order } from "@exchange/sdk";
import { Decimal } from "@exchange/sdk";
import { expect, it } from "vitest";
import { csvLine, toCsv } from "./csv";
import { BALANCE_CSV, LEDGER_CSV, nanoTime, ORDER_CSV } from "./csv-columns";

it("writes times to the nanosecond", () => {
  expect(nanoTime(1_767_225_600_000_000_007n)).toBe("2026-01-01T00:00:00.000000007Z");
});

it("writes what an order is, with its key as text", () => {
  const order = {
    createTimeNs: 0n,
    updateTimeNs: 1n,
    orderId: 7n,
    clientOrderId: "=1+1",
    market: "BTC-USDC",
    side: "SELL",
    type: "LIMIT",
    timeInForce: "GTC",
    postOnly: true,
    price: new Decimal("65000.10"),
    quantity: new Decimal("0.00000001"),
    filledQuantity: new Decimal(0),
    openQuantity: new Decimal("0.00000001"),
    filledQuote: new Decimal(0),
    fee: new Decimal(0),
    status: "OPEN",
  } as Order;
  expect(csvLine(ORDER_CSV.map((column) => column.value(order)))).toBe(
    "1970-01-01T00:00:00.000000000Z,1970-01-01T00:00:00.000000001Z,7,'=1+1,BTC-USDC,SELL,LIMIT,GTC,true," +
      "65000.1,,0.00000001,,0,0.00000001,0,0,OPEN,",
  );
});

it("writes balances with what they come to", () => {
  const balance: Balance = {
    asset: "USDC",
    available: new Decimal("0.1"),
    reserved: new Decimal("0.2"),
    total: new Decimal("0.3"),
  };
  expect(toCsv(BALANCE_CSV, [balance])).toBe("asset,available,reserved,total\r\nUSDC,0.1,0.2,0.3\r\n");
});

it("leaves the trade of a credit empty", () => {
  const entry = {
    bookTimeNs: 0n,
    sequence: 5n,
    line: 0,
    kind: "CREDIT",
    asset: "BTC",
    amount: new Decimal("-1"),
    market: "",
    tradeId: 0n,
  } as unknown as LedgerEntry;
  expect(csvLine(LEDGER_CSV.map((column) => column.value(entry)))).toBe(
    "1970-01-01T00:00:00.000000000Z,5,0,CREDIT,BTC,-1,,",
  );
});
