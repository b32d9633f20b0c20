/** A market's limits as they are typed and told. */
import { Decimal, type Market, type MarketProtection } from "@exchange/sdk";
import { formatDecimal, toPlainText } from "@/lib/decimal";
import type { FormField } from "./form-dialog";

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
  { name: "min_quantity", label: "Least quantity", hint: "base units", kind: "decimal", isOptional: true },
  { name: "max_quantity", label: "Most quantity", hint: "base units", kind: "decimal", isOptional: true },
  { name: "min_notional", label: "Least amount", hint: "quote units", kind: "decimal", isOptional: true },
  { name: "max_notional", label: "Most amount", hint: "quote units", kind: "decimal", isOptional: true },
  { name: "max_open_orders", label: "Open orders", hint: "of one account", kind: "integer", isOptional: true },
  {
    name: "price_band_bps",
    label: "Price band",
    hint: "basis points from the last trade",
    kind: "integer",
    isOptional: true,
  },
  {
    name: "market_protection_bps",
    label: "Market orders",
    hint: "basis points from the best price",
    kind: "integer",
    isOptional: true,
  },
  {
    name: "reference_price",
    label: "Reference price",
    hint: "before the first trade",
    kind: "decimal",
    isOptional: true,
  },
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

/** Read the form; empty is no limit. */
export function readProtection(texts: Texts): MarketProtection {
  const decimal = (text: string) => (text.trim() === "" ? undefined : new Decimal(text.trim()));
  return {
    minQuantity: decimal(texts.min_quantity),
    maxQuantity: decimal(texts.max_quantity),
    minNotional: decimal(texts.min_notional),
    maxNotional: decimal(texts.max_notional),
    maxOpenOrders: Number(texts.max_open_orders),
    priceBandBps: Number(texts.price_band_bps),
    marketProtectionBps: Number(texts.market_protection_bps),
    referencePrice: decimal(texts.reference_price),
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
