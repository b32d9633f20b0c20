import { Decimal } from "decimal.js";

/** One price of one side: quote units per base unit, and base units. */
export type Level = { readonly price: Decimal; readonly quantity: Decimal };

/** A level as the book shows it. */
export type BookRow = {
  price: Decimal;
  quantity: Decimal;
  /** Base units from the best price to this one, both included. */
  total: Decimal;
  /** `total` as a part of the deepest total that is shown, 0 to 1: the length of the bar. */
  share: number;
  /** How much of the quantity is the reader's own, base units. */
  own: Decimal | undefined;
};

/** An own resting order, as far as the book marks it. */
export type OwnOrder = { price: Decimal; quantity: Decimal; isBuy: boolean };

export type BookView = {
  /** Best first. */
  bids: BookRow[];
  /** Best first. */
  asks: BookRow[];
  /** Best ask − best bid, quote units; undefined when a side is empty. */
  spread: Decimal | undefined;
  /** The spread as a part of the middle. */
  spreadRatio: Decimal | undefined;
  mid: Decimal | undefined;
};

const ZERO = new Decimal(0);

/**
 * Make the rows of a book: the best `depth` levels a side, how much lies up to each, and what of it is the reader's own.
 * Both sides' bars are measured by one scale, so that a thin side looks thin.
 */
export function bookView(
  book: { bids: readonly Level[]; asks: readonly Level[] },
  { depth, step, own }: { depth: number; step: Decimal; own: readonly OwnOrder[] },
): BookView {
  const bids = accumulate(book.bids.slice(0, depth));
  const asks = accumulate(book.asks.slice(0, depth));
  const deepest = Decimal.max(bids.at(-1)?.total ?? ZERO, asks.at(-1)?.total ?? ZERO);
  const bid = book.bids[0]?.price;
  const ask = book.asks[0]?.price;
  const mid = bid && ask ? bid.plus(ask).div(2) : undefined;
  const spread = bid && ask ? ask.minus(bid) : undefined;
  return {
    bids: toRows(bids, deepest, ownByLevel(own, step, true)),
    asks: toRows(asks, deepest, ownByLevel(own, step, false)),
    spread,
    mid,
    spreadRatio: spread && mid && !mid.isZero() ? spread.div(mid) : undefined,
  };
}

type Accumulated = Level & { total: Decimal };

/** How much lies from the best level to each, best first. */
export function accumulate(levels: readonly Level[]): Accumulated[] {
  let total = ZERO;
  return levels.map(({ price, quantity }) => {
    total = total.plus(quantity);
    return { price, quantity, total };
  });
}

/** The level in which a price is shown: bids round down, asks up, as the exchange groups them. */
export function levelOf(price: Decimal, step: Decimal, isBuy: boolean): Decimal {
  const steps = price.div(step);
  return (isBuy ? steps.floor() : steps.ceil()).times(step);
}

/**
 * Steps to choose from: the tick, and 1 and 5 times its powers of ten, as long as a step is not more than a hundredth of the
 * price.
 */
export function priceStepOptions(tick: Decimal, price: Decimal | undefined): Decimal[] {
  const limit = price?.div(100);
  const options = [tick];
  for (let scale = tick.times(10); options.length < 8 && limit?.gte(scale); scale = scale.times(10)) {
    options.push(scale);
    if (limit.gte(scale.times(5)) && options.length < 8) options.push(scale.times(5));
  }
  return options;
}

function toRows(levels: Accumulated[], deepest: Decimal, own: ReadonlyMap<string, Decimal>): BookRow[] {
  return levels.map((level) => ({
    ...level,
    share: deepest.isZero() ? 0 : level.total.div(deepest).toNumber(),
    own: own.get(level.price.toFixed()),
  }));
}

function ownByLevel(own: readonly OwnOrder[], step: Decimal, isBuy: boolean): Map<string, Decimal> {
  const byLevel = new Map<string, Decimal>();
  for (const order of own) {
    if (order.isBuy !== isBuy) continue;
    const level = levelOf(order.price, step, isBuy).toFixed();
    byLevel.set(level, (byLevel.get(level) ?? ZERO).plus(order.quantity));
  }
  return byLevel;
}
