import { Decimal } from "decimal.js";
import { expect, it } from "vitest";
import { estimateOf, type PlacedPreview } from "./preview";

const d = (text: string) => new Decimal(text);

function placed(
  order: Partial<PlacedPreview["order"]>,
  preview: Partial<NonNullable<PlacedPreview["preview"]>>,
): PlacedPreview {
  return {
    order: {
      side: "BUY",
      price: d("100"),
      quantity: d("2"),
      openQuantity: d("0"),
      filledQuantity: d("0"),
      filledQuote: d("0"),
      ...order,
    },
    preview: {
      averagePrice: undefined,
      fee: d("0"),
      reserved: d("0"),
      preventedQuantity: d("0"),
      selfTradeOrderIds: [],
      ...preview,
    },
  };
}

it("adds to a buy its fee and what it holds", () => {
  const part = { filledQuantity: d("1"), filledQuote: d("99"), openQuantity: d("1") };
  const estimate = estimateOf(placed(part, { fee: d("0.1"), reserved: d("100.1"), averagePrice: d("99") }));
  expect(estimate?.total.toFixed()).toBe("199.2");
  expect(estimate?.averagePrice?.toFixed()).toBe("99");
  expect([estimate?.executes.toFixed(), estimate?.rests.toFixed()]).toEqual(["1", "1"]);
});

it("takes the fee off what a sell brings", () => {
  const part = { side: "SELL", filledQuantity: d("1"), filledQuote: d("101"), openQuantity: d("1") };
  // What a sell holds is base units, and no part of the proceeds.
  const estimate = estimateOf(placed(part, { fee: d("0.1"), reserved: d("1") }));
  expect(estimate?.total.toFixed()).toBe("200.9");
});

it("warns of own orders in the way", () => {
  expect(estimateOf(placed({}, { selfTradeOrderIds: [7n] }))?.meetsOwnOrders).toBe(true);
  expect(estimateOf(placed({}, {}))?.meetsOwnOrders).toBe(false);
});

it("has nothing to say of an order that was placed before", () => {
  expect(estimateOf({ ...placed({}, {}), preview: undefined })).toBeUndefined();
});
