// A market's resting orders in their queues, kept in step with the exchange's stream, and proof that they are.

import { crc32, scaledDigits } from "./checksum.ts";
import { type Decimal, ZERO } from "./decimals.ts";
import { Side } from "./enums.ts";
import { BookOutOfSync, ChecksumMismatch, Gap } from "./errors.ts";
import type { BookTerms } from "./local-order-book.ts";
import type { BookOrder, OrderQueues, OrderQueuesDelta } from "./market-models.ts";
import { SortedKeys } from "./sorted-keys.ts";
import { TextLevel, TextOrder } from "./text-level.ts";

/** Orders a side that the checksum covers. */
export const CHECKSUM_ORDERS = 25;

/** What queues take of a delta. */
export type QueuesChange = Omit<OrderQueuesDelta, "eventTime" | "eventTimeNs" | "hops">;

/** Where an order stands at its price: what trades before it there, in base units and in orders. */
export interface QueuePosition {
  readonly side: Side;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly quantityAhead: Decimal;
  readonly ordersAhead: number;
}

/**
 * Return the CRC-32 of the first 25 orders a side: best price first, and of one price what trades first first.
 *
 * Asks, then bids; of each order its id in decimal, then price and quantity with the market's fixed number of decimals,
 * without the point and without leading zeros; all joined.
 */
export function queueChecksum(
  asks: Iterable<BookOrder>,
  bids: Iterable<BookOrder>,
  priceDecimals: number,
  quantityDecimals: number,
): number {
  let text = "";
  for (const side of [asks, bids]) {
    let count = 0;
    for (const each of side) {
      if (count++ === CHECKSUM_ORDERS) break;
      const order = TextOrder.of(each);
      const price = scaledDigits(order.priceText, priceDecimals);
      text += `${order.orderId}${price}${scaledDigits(order.quantityText, quantityDecimals)}`;
    }
  }
  return crc32(text);
}

/**
 * A copy of one market's book order by order (L3), made of a snapshot and the deltas after it.
 *
 * Each delta must follow the one before (`prevSequence`), each change must fit the orders that are there, and after each
 * delta the first 25 orders a side must have the exchange's checksum; if not, Gap, BookOutOfSync or ChecksumMismatch is
 * thrown and the queues take nothing but a snapshot from then on.
 */
export class LocalOrderQueues {
  readonly market: BookTerms;
  #sequence = 0n;
  #inSync = false;
  readonly #bids: QueueSide;
  readonly #asks: QueueSide;

  constructor(market: BookTerms) {
    this.market = market;
    this.#bids = new QueueSide(market, -1n);
    this.#asks = new QueueSide(market, 1n);
  }

  get sequence(): bigint {
    return this.#sequence;
  }

  /** Whether the orders are the exchange's at `sequence`. */
  get inSync(): boolean {
    return this.#inSync;
  }

  /** How many orders rest. */
  get size(): number {
    return this.#bids.orders.size + this.#asks.orders.size;
  }

  has(orderId: bigint): boolean {
    return this.#bids.orders.has(orderId) || this.#asks.orders.has(orderId);
  }

  /** Return up to `count` orders, highest price first, and of one price what trades first first. */
  bids(count = Number.POSITIVE_INFINITY): TextOrder[] {
    return this.#bids.first(count).map((resting) => resting.order);
  }

  /** Return up to `count` orders, lowest price first, and of one price what trades first first. */
  asks(count = Number.POSITIVE_INFINITY): TextOrder[] {
    return this.#asks.first(count).map((resting) => resting.order);
  }

  /** Return up to `depth` levels of a side, best first, added up from their orders. */
  levels(side: Side, depth = Number.POSITIVE_INFINITY): TextLevel[] {
    return this.#side(side).levels(depth);
  }

  /** Return where an order stands in its queue; undefined when it is not in the book. */
  position(orderId: bigint): QueuePosition | undefined {
    for (const side of [Side.BUY, Side.SELL]) {
      const found = this.#side(side).position(orderId);
      if (found) return { side, ...found };
    }
    return undefined;
  }

  /** Return the checksum of the queues as they are now. */
  checksum(): number {
    return crc32(this.#asks.checksumText() + this.#bids.checksumText());
  }

  /** Start from a snapshot, whatever was before. Throws BookOutOfSync and ChecksumMismatch. */
  applySnapshot(queues: OrderQueues): void {
    this.#inSync = false;
    this.#checkMarket(queues.market);
    this.#bids.clear();
    this.#asks.clear();
    for (const order of queues.bids) this.#apply(Side.BUY, order, true);
    for (const order of queues.asks) this.#apply(Side.SELL, order, true);
    this.#verify(queues);
  }

  /** Apply the delta that follows. Throws Gap (the orders stay as they were), BookOutOfSync, ChecksumMismatch. */
  applyDelta(delta: QueuesChange): void {
    if (!this.#inSync) throw new Gap("the queues are out of sync and need a snapshot");
    this.#inSync = false;
    this.#checkMarket(delta.market);
    if (delta.prevSequence !== this.#sequence || delta.sequence <= delta.prevSequence) {
      const step = `${delta.prevSequence} to ${delta.sequence}`;
      throw new Gap(`${delta.market}: the delta from ${step} does not follow ${this.#sequence}`);
    }
    for (const change of delta.changes) this.#apply(change.side, change, change.queued);
    this.#verify(delta);
  }

  #side(side: Side): QueueSide {
    return side === Side.BUY ? this.#bids : this.#asks;
  }

  #checkMarket(name: string): void {
    if (name !== this.market.name) {
      throw new BookOutOfSync(`a message of ${name} for the queues of ${this.market.name}`);
    }
  }

  #apply(side: Side, order: BookOrder, queued: boolean): void {
    try {
      this.#side(side).apply(TextOrder.of(order), queued);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new BookOutOfSync(`${this.market.name}: order ${order.orderId}: ${error.message}`);
    }
  }

  #verify(queues: { sequence: bigint; checksum: number }): void {
    const mine = this.checksum();
    if (mine !== queues.checksum) {
      const [here, there] = [mine, queues.checksum].map((sum) => sum.toString(16).padStart(8, "0"));
      throw new ChecksumMismatch(
        `${this.market.name} at ${queues.sequence}: checksum ${here}, the exchange has ${there}`,
      );
    }
    this.#sequence = queues.sequence;
    this.#inSync = true;
  }
}

/** An order in its queue: the key of its price, and what the checksum takes of it. */
interface Resting {
  order: TextOrder;
  readonly key: bigint;
  text: string;
}

/** The orders of one side; `sign` × price, scaled to an integer, is the key, so that the best comes first. */
class QueueSide {
  readonly orders = new Map<bigint, Resting>();
  readonly #terms: BookTerms;
  readonly #sign: bigint;
  readonly #keys = new SortedKeys();
  // A Map keeps its order: what came first is first.
  readonly #queues = new Map<bigint, Map<bigint, Resting>>();

  constructor(terms: BookTerms, sign: bigint) {
    this.#terms = terms;
    this.#sign = sign;
  }

  clear(): void {
    this.orders.clear();
    this.#keys.clear();
    this.#queues.clear();
  }

  /** Change one order. Throws RangeError for what cannot be, also for an order that is not there. */
  apply(order: TextOrder, queued: boolean): void {
    const price = scaledDigits(order.priceText, this.#terms.priceDecimals);
    const quantity = scaledDigits(order.quantityText, this.#terms.quantityDecimals);
    if (quantity.startsWith("-")) throw new RangeError("a negative quantity");
    const key = this.#sign * BigInt(price);
    const isGone = quantity === "0";
    const known = this.orders.get(order.orderId);
    if (known === undefined && (!queued || isGone)) throw new RangeError("it is not in the book");
    if (known !== undefined && !queued && known.key !== key) {
      throw new RangeError(`it stands at ${known.order.priceText}, not at ${order.priceText}`);
    }
    if (known !== undefined && (queued || isGone)) this.#remove(known);
    if (isGone) return;
    const text = `${order.orderId}${price}${quantity}`;
    if (known !== undefined && !queued) {
      known.order = order;
      known.text = text;
      return;
    }
    this.#append({ order, key, text });
  }

  #append(resting: Resting): void {
    let queue = this.#queues.get(resting.key);
    if (queue === undefined) {
      queue = new Map();
      this.#queues.set(resting.key, queue);
      this.#keys.insert(resting.key);
    }
    queue.set(resting.order.orderId, resting);
    this.orders.set(resting.order.orderId, resting);
  }

  #remove(resting: Resting): void {
    this.orders.delete(resting.order.orderId);
    const queue = this.#queue(resting.key);
    queue.delete(resting.order.orderId);
    if (queue.size === 0) {
      this.#queues.delete(resting.key);
      this.#keys.remove(resting.key);
    }
  }

  #queue(key: bigint): Map<bigint, Resting> {
    return this.#queues.get(key) as Map<bigint, Resting>;
  }

  first(count: number): Resting[] {
    const found: Resting[] = [];
    for (const key of this.#keys.all()) {
      for (const resting of this.#queue(key).values()) {
        if (found.length >= count) return found;
        found.push(resting);
      }
    }
    return found;
  }

  checksumText(): string {
    let text = "";
    for (const resting of this.first(CHECKSUM_ORDERS)) text += resting.text;
    return text;
  }

  levels(depth: number): TextLevel[] {
    return this.#keys.best(depth).map((key) => {
      const queue = [...this.#queue(key).values()];
      const sum = queue.reduce((total, { order }) => total.plus(order.quantity), ZERO);
      return new TextLevel((queue[0] as Resting).order.priceText, sum.toFixed());
    });
  }

  position(orderId: bigint): Omit<QueuePosition, "side"> | undefined {
    const resting = this.orders.get(orderId);
    if (resting === undefined) return undefined;
    let quantityAhead: Decimal = ZERO;
    let ordersAhead = 0;
    for (const other of this.#queue(resting.key).values()) {
      if (other === resting) break;
      quantityAhead = quantityAhead.plus(other.order.quantity);
      ordersAhead += 1;
    }
    return { price: resting.order.price, quantity: resting.order.quantity, quantityAhead, ordersAhead };
  }
}
