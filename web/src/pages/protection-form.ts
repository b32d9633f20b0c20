/** A market's limits as they are typed and told. */
import { Decimal, type Market, type MarketProtection } from "@exchange/sdk";
import { formatDecimal, toPlainText } from "@/lib/decimal";
import type { FormField } from "./form-dialog";
import { readInteger } from "./form-problems";

/** The contract's names of the limits. */
export type ProtectionFieldName =
  | "min_quantity"
  | "max_quantity"
  | "min_notional"
  | "max_notional"
  | "max_open_orders"
  | "price_band_bps"
  | "market_protection_bps"
  | "reference_price";

export const PROTECTION_FIELDS: readonly FormField<ProtectionFieldName>[] = [
  { name: "min_quantity", label: "Least quantity", hint: "base units", kind: "decimal" },
  { name: "max_quantity", label: "Most quantity", hint: "base units", kind: "decimal" },
  { name: "min_notional", label: "Least amount", hint: "quote units", kind: "decimal" },
  { name: "max_notional", label: "Most amount", hint: "quote units", kind: "decimal" },
  { name: "max_open_orders", label: "Open orders", hint: "of one account", kind: "integer" },
  { name: "price_band_bps", label: "Price band", hint: "basis points from the last trade", kind: "integer" },
  { name: "market_protection_bps", label: "Market orders", hint: "basis points from the best price", kind: "integer" },
  { name: "reference_price", label: "Reference price", hint: "before the first trade", kind: "decimal" },
];

type Texts = Readonly<Record<ProtectionFieldName, string>>;

/** What stands in the form: empty where there is no limit. */
export function protectionTexts(protection: MarketProtection): Texts {
  const decimal = (value: Decimal | undefined) => (value === undefined ? "" : toPlainText(value));
  const count = (value: number) => (value === 0 ? "" : String(value));
  return {
    min_quantity: decimal(protection.minQuantity),
    max_quantity: decimal(protection.maxQuantity),
    min_notional: decimal(protection.minNotional),
    max_notional: decimal(protection.maxNotional),
    max_open_orders: count(protection.maxOpenOrders),
    price_band_bps: count(protection.priceBandBps),
    market_protection_bps: count(protection.marketProtectionBps),
    reference_price: decimal(protection.referencePrice),
  };
}

/** Read the form. Throws a RangeError in words for what is no number; ranges are the exchange's to judge. */
export function readProtection(texts: Texts): MarketProtection {
  return {
    minQuantity: readDecimal(texts.min_quantity, "The least quantity"),
    maxQuantity: readDecimal(texts.max_quantity, "The most quantity"),
    minNotional: readDecimal(texts.min_notional, "The least amount"),
    maxNotional: readDecimal(texts.max_notional, "The most amount"),
    maxOpenOrders: readInteger(texts.max_open_orders, "The number of open orders", 0),
    priceBandBps: readInteger(texts.price_band_bps, "The price band", 0),
    marketProtectionBps: readInteger(texts.market_protection_bps, "The limit of market orders", 0),
    referencePrice: readDecimal(texts.reference_price, "The reference price"),
  };
}

/** The limits in one line, such as `quantity 0.1 to 5 · band ±500 bps`. */
export function describeProtection({ protection }: Pick<Market, "protection">): string {
  const parts = [
    range("quantity", protection.minQuantity, protection.maxQuantity),
    range("amount", protection.minNotional, protection.maxNotional),
    protection.maxOpenOrders === 0 ? "" : `${protection.maxOpenOrders} open orders`,
    protection.priceBandBps === 0 ? "" : `band ±${protection.priceBandBps} bps`,
    protection.marketProtectionBps === 0 ? "" : `market orders ±${protection.marketProtectionBps} bps`,
  ];
  return parts.filter(Boolean).join(" · ") || "None";
}

function range(what: string, least: Decimal | undefined, most: Decimal | undefined): string {
  if (least && most) {
    return `${what} ${formatDecimal(least)} to ${formatDecimal(most)}`;
  }
  return least ? `${what} ≥ ${formatDecimal(least)}` : most ? `${what} ≤ ${formatDecimal(most)}` : "";
}

function readDecimal(text: string, name: string): Decimal | undefined {
  const trimmed = text.trim();
  if (trimmed === "") {
    return undefined;
  }
  if (!/^\d+(\.\d+)?$/.test(trimmed)) {
    throw new RangeError(`${name} is a positive number`);
  }
  return new Decimal(trimmed);
}
