// Levels and orders of a book, kept as the exchange wrote them.

import { type Decimal, fromWire } from "./decimals.ts";
import type { Side } from "./enums.ts";
import type { BookOrder, BookOrderChange, PriceLevel } from "./market-models.ts";

/**
 * A level whose decimals are made when they are first asked for: a book takes hundreds of levels a second, and of most
 * of them nobody ever calculates anything. Immutable to its readers.
 */
export class TextLevel implements PriceLevel {
  readonly priceText: string;
  readonly quantityText: string;
  #price: Decimal | undefined;
  #quantity: Decimal | undefined;

  constructor(priceText: string, quantityText: string) {
    this.priceText = priceText;
    this.quantityText = quantityText;
  }

  get price(): Decimal {
    this.#price ??= fromWire(this.priceText);
    return this.#price;
  }

  get quantity(): Decimal {
    this.#quantity ??= fromWire(this.quantityText);
    return this.#quantity;
  }

  toString(): string {
    return `${this.quantityText}@${this.priceText}`;
  }

  toJSON(): { price: string; quantity: string } {
    return { price: this.priceText, quantity: this.quantityText };
  }

  /** Return the level itself when it has its text already, else one that does. */
  static of(level: PriceLevel): TextLevel {
    return level instanceof TextLevel ? level : new TextLevel(level.price.toFixed(), level.quantity.toFixed());
  }
}

/** A resting order as everybody sees it. */
export class TextOrder extends TextLevel implements BookOrder {
  readonly orderId: bigint;

  constructor(orderId: bigint, priceText: string, quantityText: string) {
    super(priceText, quantityText);
    this.orderId = orderId;
  }

  static override of(order: BookOrder): TextOrder {
    if (order instanceof TextOrder) return order;
    return new TextOrder(order.orderId, order.price.toFixed(), order.quantity.toFixed());
  }
}

/** What happened to one resting order. */
export class TextOrderChange extends TextOrder implements BookOrderChange {
  readonly side: Side;
  readonly queued: boolean;

  constructor(orderId: bigint, side: Side, priceText: string, quantityText: string, queued: boolean) {
    super(orderId, priceText, quantityText);
    this.side = side;
    this.queued = queued;
  }
}
