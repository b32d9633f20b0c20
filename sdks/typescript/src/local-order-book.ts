// A market's order book kept in step with the exchange's stream, and proof that it is.

import { crc32, scaledDigits } from "./checksum.ts";
import { Decimal } from "./decimals.ts";
import { BookOutOfSync, ChecksumMismatch, Gap } from "./errors.ts";
import type { OrderBook, OrderBookDelta, PriceLevel } from "./market-models.ts";
import type { Market } from "./models.ts";
import { SortedKeys } from "./sorted-keys.ts";
import { TextLevel } from "./text-level.ts";

/** Levels a side that the checksum covers. */
export const CHECKSUM_DEPTH = 10;

/** What a book needs to know of its market. */
export type BookTerms = Pick<Market, "name" | "priceDecimals" | "quantityDecimals">;

/** What a book takes of a delta. */
export type BookChange = Omit<OrderBookDelta, "eventTime" | "eventTimeNs" | "hops">;

/**
 * Return the CRC-32 of the ten best levels a side, each side given from its best.
 *
 * As Kraken defines it for its v2 feed: asks, then bids; of each level price, then quantity, with the market's fixed
 * number of decimals, without the point and without leading zeros (of a price of 0 nothing is left); all joined.
 * Throws RangeError for a number that has more decimals than the market.
 */
export function bookChecksum(
  asks: Iterable<PriceLevel>,
  bids: Iterable<PriceLevel>,
  priceDecimals: number,
  quantityDecimals: number,
): number {
  let text = "";
  for (const side of [asks, bids]) {
    let count = 0;
    for (const level of side) {
      if (count++ === CHECKSUM_DEPTH) break;
      text += checksumText(TextLevel.of(level), priceDecimals, quantityDecimals);
    }
  }
  return crc32(text);
}

function checksumText(level: TextLevel, priceDecimals: number, quantityDecimals: number): string {
  const price = scaledDigits(level.priceText, priceDecimals);
  return (price === "0" ? "" : price) + scaledDigits(level.quantityText, quantityDecimals);
}

/**
 * A copy of one market's book as a stream shows it, made of a snapshot and the deltas after it.
 *
 * Of a view (best levels only, or prices in steps) it holds what the view shows, and so does the checksum. Each delta
 * must follow the one before (`prevSequence`), and after each the ten best levels must have the exchange's checksum; if
 * not, Gap or ChecksumMismatch is thrown and the book takes nothing but a snapshot from then on.
 */
export class LocalOrderBook {
  readonly market: BookTerms;
  #sequence = 0n;
  #inSync = false;
  readonly #bids: BookSide;
  readonly #asks: BookSide;

  constructor(market: BookTerms) {
    this.market = market;
    // Bids under negated keys, so that both sides are sorted from their best.
    this.#bids = new BookSide(market, -1n);
    this.#asks = new BookSide(market, 1n);
  }

  /** Sequence of the last command that is in it; 0 before the first snapshot. */
  get sequence(): bigint {
    return this.#sequence;
  }

  /** Whether the levels are the exchange's at `sequence`. */
  get inSync(): boolean {
    return this.#inSync;
  }

  get bestBid(): TextLevel | undefined {
    return this.#bids.best();
  }

  get bestAsk(): TextLevel | undefined {
    return this.#asks.best();
  }

  /** Best ask − best bid in quote units; undefined when a side is empty. */
  get spread(): Decimal | undefined {
    const [bid, ask] = [this.bestBid, this.bestAsk];
    return bid && ask ? ask.price.minus(bid.price) : undefined;
  }

  /** Return up to `depth` levels, highest price first. While nothing changes the same array is returned. */
  bids(depth?: number): readonly TextLevel[] {
    return this.#bids.levels(depth);
  }

  /** Return up to `depth` levels, lowest price first. While nothing changes the same array is returned. */
  asks(depth?: number): readonly TextLevel[] {
    return this.#asks.levels(depth);
  }

  /** Return the checksum of the book as it is now. */
  checksum(): number {
    return crc32(this.#asks.checksumText() + this.#bids.checksumText());
  }

  /** Start from a snapshot, whatever was before. Throws ChecksumMismatch or BookOutOfSync. */
  applySnapshot(book: OrderBook): void {
    this.#inSync = false;
    this.#checkMarket(book.market);
    this.#bids.clear();
    this.#asks.clear();
    this.#set(book);
    this.#verify(book);
  }

  /** Apply the delta that follows. Throws Gap (the levels stay as they were), ChecksumMismatch or BookOutOfSync. */
  applyDelta(delta: BookChange): void {
    if (!this.#inSync) throw new Gap("the book is out of sync and needs a snapshot");
    this.#inSync = false;
    this.#checkMarket(delta.market);
    if (delta.prevSequence !== this.#sequence || delta.sequence <= delta.prevSequence) {
      const step = `${delta.prevSequence} to ${delta.sequence}`;
      throw new Gap(`${delta.market}: the delta from ${step} does not follow ${this.#sequence}`);
    }
    this.#set(delta);
    this.#verify(delta);
  }

  toString(): string {
    const state = this.#inSync ? `sequence=${this.#sequence}` : "out of sync";
    return `LocalOrderBook(${this.market.name}, bid=${this.bestBid}, ask=${this.bestAsk}, ${state})`;
  }

  #checkMarket(name: string): void {
    if (name !== this.market.name) {
      throw new BookOutOfSync(`a message of ${name} for the book of ${this.market.name}`);
    }
  }

  #set(book: OrderBook): void {
    try {
      this.#bids.set(book.bids);
      this.#asks.set(book.asks);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new BookOutOfSync(`${this.market.name}: ${error.message}`);
    }
  }

  #verify(book: OrderBook): void {
    const mine = this.checksum();
    if (mine !== book.checksum) {
      const [here, there] = [mine, book.checksum].map((sum) => sum.toString(16).padStart(8, "0"));
      throw new ChecksumMismatch(
        `${this.market.name} at ${book.sequence}: checksum ${here}, the exchange has ${there}`,
      );
    }
    this.#sequence = book.sequence;
    this.#inSync = true;
  }
}

interface Entry {
  readonly level: TextLevel;
  /** What the checksum takes of it. */
  readonly text: string;
}

/** Levels of one side; `sign` × price, scaled to an integer, is the key, so that the best comes first. */
class BookSide {
  readonly #terms: BookTerms;
  readonly #sign: bigint;
  readonly #keys = new SortedKeys();
  readonly #entries = new Map<bigint, Entry>();
  #all: readonly TextLevel[] | undefined;
  #cut = new Map<number, readonly TextLevel[]>();

  constructor(terms: BookTerms, sign: bigint) {
    this.#terms = terms;
    this.#sign = sign;
  }

  clear(): void {
    this.#keys.clear();
    this.#entries.clear();
    this.#changed();
  }

  /** Set each level to its quantity; 0 removes it, also one that is not there. Throws RangeError for bad numbers. */
  set(levels: readonly PriceLevel[]): void {
    for (const each of levels) this.#setLevel(TextLevel.of(each));
    if (levels.length > 0) this.#changed();
  }

  #setLevel(level: TextLevel): void {
    const price = scaledDigits(level.priceText, this.#terms.priceDecimals);
    const quantity = scaledDigits(level.quantityText, this.#terms.quantityDecimals);
    if (quantity.startsWith("-")) throw new RangeError(`negative quantity at ${level.priceText}`);
    const key = this.#sign * BigInt(price);
    if (quantity === "0") {
      if (this.#entries.delete(key)) this.#keys.remove(key);
      return;
    }
    if (!this.#entries.has(key)) this.#keys.insert(key);
    this.#entries.set(key, { level, text: (price === "0" ? "" : price) + quantity });
  }

  #changed(): void {
    this.#all = undefined;
    this.#cut.clear();
  }

  best(): TextLevel | undefined {
    const key = this.#keys.first();
    return key === undefined ? undefined : this.#entries.get(key)?.level;
  }

  levels(depth: number | undefined): readonly TextLevel[] {
    if (depth === undefined || depth >= this.#keys.size) {
      this.#all ??= this.#taken(this.#keys.size);
      return this.#all;
    }
    let cut = this.#cut.get(depth);
    if (cut === undefined) {
      cut = this.#taken(depth);
      this.#cut.set(depth, cut);
    }
    return cut;
  }

  #taken(count: number): readonly TextLevel[] {
    return this.#keys.best(count).map((key) => (this.#entries.get(key) as Entry).level);
  }

  checksumText(): string {
    let text = "";
    for (const key of this.#keys.best(CHECKSUM_DEPTH)) text += (this.#entries.get(key) as Entry).text;
    return text;
  }
}

/**
 * Add levels of one side (best first) up to multiples of `priceStep`, as a view of the exchange does: bids are rounded
 * down and asks up, so that nothing looks better than it is. Throws RangeError for a step that is not positive.
 */
export function groupLevels(
  levels: Iterable<PriceLevel>,
  side: "bids" | "asks",
  priceStep: Decimal | string,
): readonly TextLevel[] {
  const step = new Decimal(priceStep);
  if (!step.isPositive() || step.isZero() || !step.isFinite()) throw new RangeError(`priceStep: ${step} is no step`);
  const rounding = side === "bids" ? Decimal.ROUND_FLOOR : Decimal.ROUND_CEIL;
  const sums = new Map<string, Decimal>();
  for (const level of levels) {
    const price = level.price.toNearest(step, rounding).toFixed();
    sums.set(price, level.quantity.plus(sums.get(price) ?? 0));
  }
  return [...sums].map(([price, quantity]) => new TextLevel(price, quantity.toFixed()));
}
