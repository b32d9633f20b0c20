import { Decimal } from "decimal.js";
import { z } from "zod/mini";
import { parseDecimal } from "@/lib/decimal";
import type { MarketRules } from "./order-maths";
import { effectiveTimeInForce, effectiveUnit, hasLimitPrice, hasTrigger, type OrderValues } from "./order-values";

/** What a field is called when it is missing, and what it must be a multiple of. */
type NumberRule = { name: string; step: Decimal; stepName: string };

/**
 * The checks that need no exchange: a number where one belongs, on tick and lot, a time in the future. What the balance,
 * the book and the market's limits allow is asked of the exchange, whose answer counts.
 */
export function orderSchema(rules: MarketRules, quoteDecimals: number) {
  const price = { name: "price", step: rules.tickSize, stepName: "tick size" };
  const trigger = { name: "trigger price", step: rules.tickSize, stepName: "tick size" };
  const quantity = { name: "size", step: rules.lotSize, stepName: "lot size" };
  const amount = { name: "amount", step: new Decimal(10).pow(-quoteDecimals), stepName: "smallest unit" };

  return z
    .object({
      side: z.enum(["BUY", "SELL"]),
      kind: z.enum(["LIMIT", "MARKET", "STOP", "TAKE_PROFIT"]),
      execution: z.enum(["LIMIT", "MARKET"]),
      price: z.string(),
      triggerPrice: z.string(),
      size: z.string(),
      sizeUnit: z.enum(["BASE", "QUOTE"]),
      timeInForce: z.enum(["GTC", "IOC", "FOK", "GTT"]),
      postOnly: z.boolean(),
      expireTime: z.string(),
    })
    .check((context) => {
      const values = context.value;
      const report = (path: keyof OrderValues, message: string | undefined) => {
        if (message) context.issues.push({ code: "custom", path: [path], message, input: values[path] });
      };
      if (hasTrigger(values)) report("triggerPrice", numberFault(values.triggerPrice, trigger));
      if (hasLimitPrice(values)) report("price", numberFault(values.price, price));
      report("size", numberFault(values.size, effectiveUnit(values) === "QUOTE" ? amount : quantity));
      if (effectiveTimeInForce(values) === "GTT") report("expireTime", timeFault(values.expireTime));
    });
}

/** What is wrong with a number; undefined when nothing is. */
export function numberFault(text: string, { name, step, stepName }: NumberRule): string | undefined {
  if (text.trim() === "") return `Enter a ${name}`.replace("a amount", "an amount");
  const value = parseDecimal(text);
  if (!value) return "Not a number";
  if (value.lte(0)) return "Must be more than zero";
  return value.mod(step).isZero() ? undefined : `Must be a multiple of the ${stepName}, ${step.toFixed()}`;
}

function timeFault(text: string): string | undefined {
  const time = new Date(text).getTime();
  if (Number.isNaN(time)) return "Enter when it expires";
  return time > Date.now() ? undefined : "Must be in the future";
}
