// What the TypeScript SDK makes of the cases of decimals, methods, sessions and errors.

import { Decimal, fromWire, toWire } from "../../../sdks/typescript/src/decimals.ts";
import * as sdk from "../../../sdks/typescript/src/index.ts";
import type { OrderEntry } from "../../../sdks/typescript/src/order-entry.ts";
import { argument, atPaths, camelCase, fields, type Json, type JsonObject } from "./values.ts";

/** A client's or a session's methods, by name. */
export type Methods = Record<string, (...values: unknown[]) => unknown>;

export interface DecimalCase {
  readonly kind: "text" | "integer" | "decimal" | "binary";
  readonly input: string;
}

const DECIMAL_KINDS: Record<DecimalCase["kind"], (text: string) => unknown> = {
  text: (text) => text,
  integer: BigInt,
  decimal: (text) => new Decimal(text),
  binary: Number,
};

/** Return what is sent of a value, or what kind of error is thrown before. */
export function sentDecimal({ kind, input }: DecimalCase): JsonObject {
  try {
    return { wire: toWire(DECIMAL_KINDS[kind](input) as string, "price") };
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith("price: "))) throw error;
    if (error instanceof TypeError) return { error: "type" };
    if (error instanceof RangeError) return { error: "value" };
    throw error;
  }
}

export function readDecimal({ wire }: { readonly wire: string }): string {
  return fromWire(wire).toFixed();
}

export interface MethodCase {
  readonly method: string;
  readonly arguments: JsonObject;
  readonly result: JsonObject | null;
  readonly session?: string;
  readonly session_result?: JsonObject | null;
}

/** Call the method of a case; return what it returned, by the paths of the case. */
export async function calledMethod(client: sdk.ExchangeClient, each: MethodCase): Promise<Json> {
  return atPaths(await call(client, each.method, each.arguments), Object.keys(each.result ?? {}));
}

/** Call the method of a case on a session of order entry. */
export async function calledSession(session: OrderEntry, each: MethodCase): Promise<Json> {
  const result = await invoke(session, each.session ?? "", each.method, each.arguments);
  return atPaths(result, Object.keys(each.session_result ?? {}));
}

/** Call a method by Python's name with Python's arguments. Of lists the first page. */
export async function call(client: sdk.ExchangeClient, method: string, given: JsonObject): Promise<unknown> {
  const name = method.replace("admin.", "");
  const answer = await invoke(client, name, name, given);
  return answer instanceof sdk.Pages ? answer.page() : answer;
}

async function invoke(target: object, name: string, method: string, given: JsonObject): Promise<unknown> {
  const values = positional(method, given);
  return await (target as Methods)[camelCase(name)]?.(...values);
}

/** Python's arguments have names; those that come first here are few. */
function positional(method: string, given: JsonObject): unknown[] {
  const { market, interval, cancel, order, above, below, entry, items, after, protection, ...others } = given;
  const rest = fields(others);
  switch (method) {
    case "get_market":
    case "get_ticker":
    case "get_order_book":
    case "list_trades":
      return [market, rest];
    case "list_candles":
      return [market, interval, rest];
    case "cancel_replace_order":
      return [argument(cancel ?? null), argument(order ?? null), rest];
    case "place_oco_order":
      return [argument(above ?? null), argument(below ?? null), rest];
    case "place_bracket_order": {
      const { takeProfit, stopLoss, ...options } = rest;
      return [argument(entry ?? null), { takeProfit, stopLoss }, options];
    }
    case "batch_orders":
      return [(items as JsonObject[]).map(batchItem), rest];
    case "set_cancel_all_after":
      return [Number(after) * 1000, rest];
    case "set_market_protection":
      return [market, argument(protection ?? null), rest];
    case "set_market_status": {
      const { status, ...options } = rest;
      return [market, status, options];
    }
    case "create_asset": {
      const { name, decimals, ...options } = rest;
      return [name, decimals, options];
    }
    case "create_account": {
      const { name, ...options } = rest;
      return [name, options];
    }
    case "revoke_api_key":
    case "revoke_own_api_key": {
      const { keyId, ...options } = rest;
      return [keyId, options];
    }
    case "set_trade_group":
      return [rest.accountId, BigInt(Number(given.trade_group_id))];
    default:
      return [market === undefined ? rest : { market, ...rest }];
  }
}

function batchItem(item: JsonObject): JsonObject | unknown {
  const [[kind, content]] = Object.entries(item) as [[string, JsonObject]];
  const key = { new_order: "place", amend_order: "amend", cancel_order: "cancel" }[kind] ?? kind;
  return { [key]: fields(content) };
}

export interface ErrorCase {
  readonly classes: readonly string[];
  readonly error: JsonObject;
}

/** Make a call that is refused; return its error by the paths of the case, and which of the classes it is one of. */
export async function thrownError(client: sdk.ExchangeClient, each: ErrorCase): Promise<JsonObject> {
  try {
    await client.getMarket("BTC-USDC");
  } catch (error) {
    return { ...describedError(error, each.error), classes: classesOf(error) };
  }
  return { error: "nothing was thrown" };
}

/** Return an error by the paths of a case. */
export function describedError(error: unknown, paths: JsonObject): JsonObject {
  if (!(error instanceof sdk.ExchangeError)) throw error;
  return atPaths(error, Object.keys(paths)) ?? {};
}

/** Names of the classes that an error is one of, sorted; the first ancestor of all is left out. */
function classesOf(error: unknown): string[] {
  const isOne = ([name, kind]: [string, unknown]) => {
    const isErrorClass = typeof kind === "function" && kind.prototype instanceof sdk.ExchangeError;
    return name !== "ExchangeError" && isErrorClass && error instanceof kind;
  };
  return Object.entries(sdk)
    .filter(isOne)
    .map(([name]) => name)
    .sort();
}
