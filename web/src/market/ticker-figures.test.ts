import { Decimal } from "decimal.js";
import { expect, it } from "vitest";
import { changeColor, tickerFigures } from "./ticker-figures";

const d = (text: string) => new Decimal(text);

it("tells change and spread", () => {
  const figures = tickerFigures({
    lastPrice: d("110"),
    openPrice: d("100"),
    bid: { price: d("109.5") },
    ask: { price: d("110.5") },
  });
  expect(figures.change?.toFixed()).toBe("10");
  expect(figures.changeRatio?.toFixed()).toBe("0.1");
  expect(figures.spread?.toFixed()).toBe("1");
});

it("tells nothing of what is not known", () => {
  const nothing = { change: undefined, changeRatio: undefined, spread: undefined };
  expect(tickerFigures(undefined)).toEqual(nothing);
  expect(tickerFigures({ lastPrice: d("1"), openPrice: undefined, bid: { price: d("1") } })).toEqual(nothing);
});

it("has a colour for up, down and neither", () => {
  expect(["1", "-1", "0"].map((text) => changeColor(d(text)))).toEqual(["text-buy", "text-sell", "text-muted"]);
});
