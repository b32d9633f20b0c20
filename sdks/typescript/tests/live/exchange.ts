// The exchange that pytest runs for these tests, and what may be done to it.

interface Live {
  readonly gateway: string;
  readonly grpc: string;
  readonly control: string;
  readonly keys: { readonly alice: string; readonly bob: string };
}

export const live: Live = JSON.parse(process.env.EXCHANGE_LIVE ?? "{}");

export interface OrderFields {
  readonly market: string;
  readonly side: "BUY" | "SELL";
  readonly quantity: string;
  readonly price?: string;
}

type Levels = readonly (readonly [string, string])[];

async function control<Answer>(action: string, fields: object = {}): Promise<Answer> {
  const response = await fetch(`${live.control}/${action}`, { method: "POST", body: JSON.stringify(fields) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer as Answer;
}

/** kill -9. */
export const kill = () => control("kill");
/** Start it again; returns when it serves. */
export const start = () => control("start");
/** Stop it from running, without ending it: connections stay, and nothing comes. */
export const freeze = () => control("freeze");
export const thaw = () => control("thaw");
export const place = (trader: "alice" | "bob", order: OrderFields) =>
  control<{ orderId: string; trades: string[] }>("place", { as: trader, order });
export const cancelAll = (trader: "alice" | "bob") => control("cancelAll", { as: trader });
/** Make these levels the quotes of the house. */
export const quote = (market: string, bids: Levels, asks: Levels) => control("quote", { market, bids, asks });

/** Poll until the condition returns something truthy, and return that. */
export async function until<T>(condition: () => T | Promise<T>, what: string, seconds = 20): Promise<NonNullable<T>> {
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const result = await condition();
    if (result) return result as NonNullable<T>;
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
