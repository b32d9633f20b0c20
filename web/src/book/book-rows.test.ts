import { Decimal } from "decimal.js";
import { describe, expect, it } from "vitest";
import { bookView, levelOf, priceStepOptions } from "./book-rows";

const d = (text: string) => new Decimal(text);
const level = (price: string, quantity: string) => ({ price: d(price), quantity: d(quantity) });
const texts = (values: readonly Decimal[]) => values.map((value) => value.toFixed());

const BOOK = {
  bids: [level("99.5", "1"), level("99", "2"), level("98", "4")],
  asks: [level("100.5", "3"), level("101", "0.5")],
};

describe("bookView", () => {
  it("adds up from the best price", () => {
    const view = bookView(BOOK, { depth: 10, step: d("0.5"), own: [] });
    expect(texts(view.bids.map((row) => row.total))).toEqual(["1", "3", "7"]);
    expect(texts(view.asks.map((row) => row.total))).toEqual(["3", "3.5"]);
  });
  it("measures the bars of both sides by the deepest total", () => {
    const view = bookView(BOOK, { depth: 10, step: d("0.5"), own: [] });
    expect(view.bids.at(-1)?.share).toBe(1);
    expect(view.asks.at(-1)?.share).toBe(0.5);
  });
  it("measures only what is shown", () => {
    const view = bookView(BOOK, { depth: 2, step: d("0.5"), own: [] });
    expect(view.bids).toHaveLength(2);
    expect(view.asks.at(-1)?.share).toBe(1);
  });
  it("knows spread and middle", () => {
    const view = bookView(BOOK, { depth: 2, step: d("0.5"), own: [] });
    expect(view.spread?.toFixed()).toBe("1");
    expect(view.mid?.toFixed()).toBe("100");
    expect(view.spreadRatio?.toFixed()).toBe("0.01");
  });
  it("has no spread without a second side", () => {
    const view = bookView({ bids: BOOK.bids, asks: [] }, { depth: 2, step: d("1"), own: [] });
    expect([view.spread, view.mid, view.spreadRatio]).toEqual([undefined, undefined, undefined]);
  });
  it("is empty, not wrong, when the book is", () => {
    expect(bookView({ bids: [], asks: [] }, { depth: 5, step: d("1"), own: [] }).bids).toEqual([]);
  });
  it("marks own orders in the level that shows them", () => {
    const grouped = { bids: [level("99", "5"), level("98", "2")], asks: [level("101", "3")] };
    const own = [
      { price: d("99.5"), quantity: d("1"), isBuy: true },
      { price: d("99.9"), quantity: d("0.5"), isBuy: true },
      { price: d("100.1"), quantity: d("2"), isBuy: false },
    ];
    const view = bookView(grouped, { depth: 5, step: d("1"), own });
    expect(view.bids.map((row) => row.own?.toFixed())).toEqual(["1.5", undefined]);
    expect(view.asks.map((row) => row.own?.toFixed())).toEqual(["2"]);
  });
});

describe("levelOf", () => {
  it("never makes a price look better", () => {
    expect(levelOf(d("99.99"), d("1"), true).toFixed()).toBe("99");
    expect(levelOf(d("99.01"), d("1"), false).toFixed()).toBe("100");
    expect(levelOf(d("100"), d("1"), true).toFixed()).toBe("100");
    expect(levelOf(d("100"), d("1"), false).toFixed()).toBe("100");
  });
});

describe("priceStepOptions", () => {
  it("grows from the tick to a hundredth of the price", () => {
    expect(texts(priceStepOptions(d("0.01"), d("600")))).toEqual(["0.01", "0.1", "0.5", "1", "5"]);
  });
  it("is the tick alone while there is no price", () => {
    expect(texts(priceStepOptions(d("0.5"), undefined))).toEqual(["0.5"]);
  });
});
