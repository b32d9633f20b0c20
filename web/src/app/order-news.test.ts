import { Decimal } from "decimal.js";
import { describe, expect, it } from "vitest";
import { type NewsOrder, orderNews } from "./order-news";

const d = (text: string) => new Decimal(text);

function order(changes: Partial<NewsOrder> = {}): NewsOrder {
  return {
    orderId: 7n,
    market: "BTC-USDC",
    side: "BUY",
    type: "LIMIT",
    status: "OPEN",
    closeReason: undefined,
    price: d("65000"),
    triggerPrice: undefined,
    quantity: d("0.5"),
    filledQuantity: d("0"),
    averagePrice: undefined,
    createTimeNs: 1n,
    updateTimeNs: 1n,
    ...changes,
  };
}

describe("orderNews", () => {
  it("tells of a new order", () => {
    expect(orderNews(undefined, order())).toEqual({
      tone: "info",
      title: "Order placed",
      detail: "Buy 0.5 BTC at 65,000",
    });
  });
  it("does not call an order new that was open before the page was", () => {
    expect(orderNews(undefined, order({ updateTimeNs: 2n }))?.title).toBe("Order amended");
  });
  it("tells how much is filled, and at what average", () => {
    const part = order({ filledQuantity: d("0.2"), averagePrice: d("64999.5"), updateTimeNs: 2n });
    expect(orderNews(order(), part)).toMatchObject({ title: "Partly bought", detail: "0.2 of 0.5 BTC at 64,999.5" });
    const whole = order({ status: "FILLED", side: "SELL", filledQuantity: d("0.5"), averagePrice: d("65000") });
    expect(orderNews(part, whole)).toMatchObject({ tone: "success", title: "Sold", detail: "0.5 BTC at 65,000" });
  });
  it("tells of new terms, and not of the same ones", () => {
    expect(orderNews(order(), order({ price: d("64000"), updateTimeNs: 2n }))?.title).toBe("Order amended");
    expect(orderNews(order(), order({ quantity: d("0.4"), updateTimeNs: 2n }))?.title).toBe("Order amended");
    expect(orderNews(order(), order({ updateTimeNs: 2n }))).toBeUndefined();
  });
  it("says why an order ended", () => {
    expect(orderNews(order(), order({ status: "CANCELED", closeReason: "CANCELED_BY_OWNER" }))?.title).toBe(
      "Order canceled",
    );
    expect(orderNews(order(), order({ status: "EXPIRED", closeReason: "NO_LIQUIDITY" }))?.title).toBe(
      "Order expired: the book had no more",
    );
  });
  it("follows a stop from waiting to triggered", () => {
    const waiting = order({ status: "PENDING_TRIGGER", price: undefined, triggerPrice: d("60000") });
    expect(orderNews(undefined, waiting)).toMatchObject({
      title: "Order waits for its trigger",
      detail: "Buy 0.5 BTC at 60,000",
    });
    expect(orderNews(waiting, order({ updateTimeNs: 2n }))?.title).toBe("Order triggered");
  });
});
