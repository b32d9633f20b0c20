import { Decimal } from "decimal.js";
import { describe, expect, it } from "vitest";
import { type CandleLike, planUpdate, toBar, toVolumeBar } from "./candle-data";
import { fillMarkers, fillsByCandle } from "./fill-markers";
import { outOfSight, withOrders } from "./price-range";

const d = (text: string) => new Decimal(text);

function candle(seconds: number, close: string, closed = true): CandleLike {
  const price = d(close);
  return {
    openTime: new Date(seconds * 1000),
    open: d("10"),
    high: price,
    low: price,
    close: price,
    volume: d("2"),
    closed,
  };
}

describe("planUpdate", () => {
  const shown = [candle(0, "10"), candle(60, "11"), candle(120, "12", false)];

  it("changes the live candle alone", () => {
    const next = [shown[0], shown[1], candle(120, "13", false)] as CandleLike[];
    expect(planUpdate(shown, next)).toEqual({ kind: "update", from: 2 });
  });
  it("goes on where a candle has closed and another begun", () => {
    const next = [...shown.slice(0, 2), candle(120, "13"), candle(180, "14", false)];
    expect(planUpdate(shown, next)).toEqual({ kind: "update", from: 2 });
  });
  it("takes equal closed candles for the same, whoever made them", () => {
    expect(planUpdate(shown, [candle(0, "10"), candle(60, "11"), candle(120, "12", false)]).kind).toBe("update");
  });
  it("begins anew for other candles", () => {
    expect(planUpdate(shown, [candle(60, "11"), candle(120, "12"), candle(180, "1")]).kind).toBe("replace");
    expect(planUpdate(shown, []).kind).toBe("replace");
    expect(planUpdate([], shown).kind).toBe("replace");
  });
  it("begins anew when an older candle was still changing", () => {
    const open = [candle(0, "10", false), candle(60, "11", false)];
    expect(planUpdate(open, [candle(0, "12"), candle(60, "11", false)]).kind).toBe("replace");
  });
});

describe("bars", () => {
  it("have whole seconds", () => {
    expect(toBar(candle(61, "12")).time).toBe(61);
  });
  it("colour volume by direction", () => {
    const colors = { up: "u", down: "d" };
    expect(toVolumeBar(candle(0, "10"), colors).color).toBe("u");
    expect(toVolumeBar(candle(0, "9"), colors).color).toBe("d");
  });
});

describe("fillMarkers", () => {
  const fill = (seconds: number, side: "BUY" | "SELL", price: string, quantity: string) => ({
    market: "BTC-USDC",
    side,
    price: d(price),
    quantity: d(quantity),
    tradeTime: new Date(seconds * 1000),
  });

  it("puts one side's fills of a candle together", () => {
    const fills = [fill(119, "BUY", "13", "2"), fill(70, "SELL", "11", "1"), fill(65, "BUY", "10", "1")];
    const markers = fillMarkers(fillsByCandle(fills, 60), 0);
    expect(
      markers.map(({ time, isBuy, quantity, averagePrice }) => [time, isBuy, `${quantity}`, `${averagePrice}`]),
    ).toEqual([
      [60, true, "3", "12"],
      [60, false, "1", "11"],
    ]);
  });
  it("is sorted, as the chart library demands", () => {
    const times = fillMarkers(fillsByCandle([fill(300, "BUY", "1", "1"), fill(0, "BUY", "1", "1")], 60), 0).map(
      ({ time }) => time,
    );
    expect(times).toEqual([0, 300]);
  });
  it("leaves out what lies before the first candle", () => {
    expect(fillMarkers(fillsByCandle([fill(59, "BUY", "1", "1")], 60), 60)).toEqual([]);
  });
});

it("lists the fills of a candle oldest first, those of one moment as they came", () => {
  const fill = (milliseconds: number, price: string) => ({
    side: "BUY",
    price: d(price),
    quantity: d("1"),
    tradeTime: new Date(milliseconds),
  });
  const candles = fillsByCandle([fill(61_000, "4"), fill(59_999, "3"), fill(100, "2"), fill(100, "1")], 60);
  expect([...candles].map(([time, fills]) => [time, fills.map(({ price }) => Number(price))])).toEqual([
    [0, [1, 2, 3]],
    [60, [4]],
  ]);
});

describe("the price axis", () => {
  it("makes room for orders near the candles", () => {
    expect(withOrders({ minValue: 100, maxValue: 110 }, [95, 125])).toEqual({ minValue: 95, maxValue: 125 });
  });
  it("is not pressed flat by orders far away", () => {
    expect(withOrders({ minValue: 100, maxValue: 110 }, [1, 1000])).toEqual({ minValue: 100, maxValue: 110 });
  });
  it("makes room around a market that does not move", () => {
    expect(withOrders({ minValue: 1000, maxValue: 1000 }, [999.5])).toEqual({ minValue: 999.5, maxValue: 1000 });
  });
  it("counts what is out of sight", () => {
    expect(outOfSight([1, 50, 200, 300], (price) => 100 - price, 60)).toEqual({ above: 2, below: 1 });
  });
});
