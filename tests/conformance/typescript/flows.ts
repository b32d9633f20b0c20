// Order flows at a real exchange: steps of several accounts, and what each of them and everybody is told of it.

import type { AccountEvent, AccountUpdate, ExchangeClient } from "../../../sdks/typescript/src/index.ts";
import { ExchangeError } from "../../../sdks/typescript/src/index.ts";
import { call, describedError } from "./methods.ts";
import { atPaths, type Json, type JsonObject, plain } from "./values.ts";

/** One call of an account, and by which paths its answer or its error is told. */
interface Step {
  readonly by: string;
  readonly method: string;
  readonly arguments: JsonObject;
  readonly result?: JsonObject | null;
  readonly error?: JsonObject;
}

/** A case of `order_flows.json`, with the API keys of its accounts and the names that stand for its market and assets. */
export interface FlowCase {
  readonly steps: readonly Step[];
  readonly events: Readonly<Record<string, readonly Json[]>>;
  readonly trades: readonly Json[];
  readonly keys: Readonly<Record<string, string>>;
  readonly market: string;
}

const PATIENCE_MS = 20_000;

/** Run the steps; return what they answered, and as many events as the case tells of. */
export async function flowOutcome(flow: FlowCase, connect: (apiKey: string) => ExchangeClient): Promise<JsonObject> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const clients = new Map(Object.entries(flow.keys).map(([name, apiKey]) => [name, connect(apiKey)]));
  try {
    const followed = new Map<string, AsyncIterator<AccountEvent>>();
    for (const name of Object.keys(flow.events)) {
      const events = clientOf(clients, name).streamAccount({ signal })[Symbol.asyncIterator]();
      const first = await events.next();
      if (first.value?.type !== "snapshot") throw new Error("an account stream does not begin with a snapshot");
      followed.set(name, events);
    }
    const steps: Json[] = [];
    for (const step of flow.steps) steps.push(await taken(clientOf(clients, step.by), step));
    const events: Record<string, Json> = {};
    for (const [name, iterator] of followed) events[name] = await updates(iterator, flow.events[name]?.length ?? 0);
    const [anyone] = clients.values();
    const trades = anyone ? await tradesOf(anyone, flow.market, flow.trades.length, signal) : [];
    return { steps, events, trades };
  } finally {
    for (const client of clients.values()) client.close();
  }
}

async function updates(events: AsyncIterator<AccountEvent>, count: number): Promise<Json[]> {
  const told: Json[] = [];
  while (told.length < count) {
    const { value } = await events.next();
    if (value?.type !== "update") throw new Error(`instead of an update: ${value?.type ?? "the end of the stream"}`);
    told.push(shown(value.update));
  }
  return told;
}

/** What a case tells of an update. */
function shown({ orders, fills, balances }: AccountUpdate): Json {
  return {
    orders: orders.map((order) => [
      order.clientOrderId,
      order.status,
      plain(order.openQuantity),
      plain(order.filledQuantity),
      order.closeReason ?? null,
    ]),
    fills: fills.map((fill) => [
      fill.clientOrderId,
      plain(fill.price),
      plain(fill.quantity),
      plain(fill.fee),
      fill.liquidity,
    ]),
    balances: balances.map((balance) => [balance.asset, plain(balance.available), plain(balance.reserved)]),
  };
}

async function tradesOf(client: ExchangeClient, market: string, count: number, signal: AbortSignal): Promise<Json[]> {
  const told: Json[] = [];
  if (count === 0) return told;
  for await (const event of client.streamTrades(market, { afterTradeId: 0n, signal })) {
    if (event.type !== "trade") throw new Error(`instead of a trade: ${event.type}`);
    const { price, quantity, takerSide } = event.trade;
    told.push([plain(price), plain(quantity), takerSide ?? null]);
    if (told.length === count) break;
  }
  return told;
}

function clientOf(clients: ReadonlyMap<string, ExchangeClient>, name: string): ExchangeClient {
  const client = clients.get(name);
  if (!client) throw new Error(`the case has no account ${name}`);
  return client;
}

async function taken(client: ExchangeClient, step: Step): Promise<Json> {
  try {
    const result = await call(client, step.method, step.arguments);
    return { result: atPaths(result, Object.keys(step.result ?? {})) };
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error;
    return { error: { ...describedError(error, step.error ?? {}), name: error.name } };
  }
}
