// An exchange that says what a test wants it to say, behind Connect's own in-memory transport: for what the real one
// cannot be made to do on time (lost messages, refused resumption). Everything else is tested against the real one.

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, createRouterTransport, type Transport } from "@connectrpc/connect";
import { ExchangeClient } from "../src/client.ts";
import { type ClientOptions, Connection } from "../src/connection.ts";
import * as pb from "../src/proto.ts";
import { type StreamCaller, streamCaller } from "../src/stream-caller.ts";

/** Messages that wait to be read: `push` adds one, `fail` ends them with an error. */
export class Pipe<Message> implements AsyncIterable<Message> {
  readonly #waiting: (Message | ConnectError)[] = [];
  #wake: (() => void) | undefined;

  push(...messages: Message[]): void {
    this.#waiting.push(...messages);
    this.#wake?.();
  }

  fail(code: Code, message = "broken on purpose"): void {
    this.#waiting.push(new ConnectError(message, code));
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Message, void, undefined> {
    for (;;) {
      while (this.#waiting.length === 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      const next = this.#waiting.shift() as Message | ConnectError;
      if (next instanceof ConnectError) throw next;
      yield next;
    }
  }
}

/** One stream that a client opened: what it asked for, and what it is told. */
export interface Opened<Request, Message> {
  readonly request: Request;
  readonly pipe: Pipe<Message>;
  /** Aborted when the client has closed it. */
  readonly closed: AbortSignal;
}

type SubscribeMessage = MessageInitShape<typeof pb.SubscribeResponseSchema>;
type AccountMessage = MessageInitShape<typeof pb.StreamAccountResponseSchema>;

function connectionOver(transport: Transport, options: ClientOptions): Connection {
  return new Connection("http://localhost", options, () => transport);
}

class ScriptedClient extends ExchangeClient {
  // The field would be set after the base class has asked for it.
  static #next: Transport;

  constructor(transport: Transport, options: ClientOptions) {
    ScriptedClient.#next = transport;
    super({ apiKey: "key", retry: { initialMs: 1 }, ...options });
  }

  protected override connect(options: ClientOptions): Connection {
    return connectionOver(ScriptedClient.#next, options);
  }
}

export class ScriptedExchange {
  readonly subscribes: Opened<pb.SubscribeRequest, SubscribeMessage>[] = [];
  readonly accounts: Opened<pb.StreamAccountRequest, AccountMessage>[] = [];
  readonly updates: pb.UpdateSubscriptionRequest[] = [];
  /** What the next updates are refused with. */
  readonly refusals: ConnectError[] = [];
  /** What the next streams of the account begin with. */
  readonly accountBegins: AccountMessage[][] = [];
  /** Nobody is there: no Subscribe stream can be opened. */
  isDown = false;
  /** How often one was asked for in vain. */
  inVain = 0;
  /** What the next calls for a market's terms fail with. */
  readonly marketFailures: ConnectError[] = [];
  #streamId = 0;

  /** Open each Subscribe stream with its id, as the exchange does; false for one that forgets to. */
  saysOpened = true;

  /** What lists answer with. */
  readonly history: {
    trades: MessageInitShape<typeof pb.TradeSchema>[];
    candles: MessageInitShape<typeof pb.CandleSchema>[];
    fills: MessageInitShape<typeof pb.FillSchema>[];
  } = { trades: [], candles: [], fills: [] };
  /** How often lists were asked for. */
  readonly listed: string[] = [];

  readonly transport: Transport = createRouterTransport(({ service }) => {
    service(pb.MarketDataService, {
      getMarket: ({ market }) => {
        const failure = this.marketFailures.shift();
        if (failure) throw failure;
        return { market: { name: market, priceDecimals: 1, quantityDecimals: 3, status: 1 } };
      },
      listTrades: () => {
        this.listed.push("trades");
        return { trades: this.history.trades };
      },
      listCandles: () => {
        this.listed.push("candles");
        return { candles: this.history.candles };
      },
      subscribe: (request, { signal }) => this.#subscribe(request, signal),
      updateSubscription: (request) => {
        this.updates.push(request);
        const refusal = this.refusals.shift();
        if (refusal) throw refusal;
        return { channelIds: [] };
      },
    });
    service(pb.AccountService, {
      getAccount: () => ({ account: { accountId: 7n, name: "alice" } }),
      listFills: () => ({ fills: this.history.fills }),
      streamAccount: (request, { signal }) => {
        const pipe = new Pipe<AccountMessage>();
        pipe.push(...(this.accountBegins.shift() ?? []));
        this.accounts.push({ request, pipe, closed: signal });
        return pipe;
      },
    });
  });

  client(options: ClientOptions = {}): ExchangeClient {
    return new ScriptedClient(this.transport, options);
  }

  caller(livenessMs = 60_000): StreamCaller {
    const connection = connectionOver(this.transport, { retry: { initialMs: 1 }, timeoutMs: 1_000, livenessMs });
    return streamCaller(connection);
  }

  #subscribe(request: pb.SubscribeRequest, closed: AbortSignal): Pipe<SubscribeMessage> {
    if (this.isDown) {
      this.inVain += 1;
      throw new ConnectError("nobody is there", Code.Unavailable);
    }
    const pipe = new Pipe<SubscribeMessage>();
    this.#streamId += 1;
    if (this.saysOpened) {
      pipe.push({ channelId: 0, event: { case: "opened", value: { streamId: `stream-${this.#streamId}` } } });
    }
    this.subscribes.push({ request, pipe, closed });
    return pipe;
  }

  /** The newest Subscribe stream. */
  get subscribed(): Opened<pb.SubscribeRequest, SubscribeMessage> {
    return this.subscribes.at(-1) as Opened<pb.SubscribeRequest, SubscribeMessage>;
  }

  /** The newest account stream. */
  get account(): Opened<pb.StreamAccountRequest, AccountMessage> {
    return this.accounts.at(-1) as Opened<pb.StreamAccountRequest, AccountMessage>;
  }

  /** The number under which the client has asked for a kind of channel last. */
  channelId(kind: string): number {
    const asked = [...this.subscribes.map((each) => each.request.channels), ...this.updates.map((each) => each.add)];
    const ids = asked.flat().filter((channel) => channel.source.case === kind);
    return Math.max(0, ...ids.map((channel) => channel.channelId));
  }

  /** Say something on a channel. */
  say(
    kind: "ticker" | "trades" | "orderBook" | "bbo" | "candles",
    value: object,
    channelId = this.channelId(kind),
  ): void {
    const event = { case: kind, value } as NonNullable<SubscribeMessage["event"]>;
    this.subscribed.pipe.push({ channelId, event });
  }
}

export function trades(...ids: number[]): object {
  const made = ids.map((id) =>
    create(pb.TradeSchema, { tradeId: BigInt(id), market: "M", price: `${id}`, quantity: "1" }),
  );
  return { event: { case: "trades", value: { trades: made } } };
}

/** What a channel of trades begins with. */
export function tradesBegin(lastTradeId: number): object {
  return { event: { case: "heartbeat", value: {} }, lastTradeId: BigInt(lastTradeId) };
}

export function ticker(lastPrice: string, sequence: number, prevSequence: number, status = 1): object {
  const told = { market: "M", lastPrice, sequence: BigInt(sequence), status };
  const value = { ticker: told, prevSequence: BigInt(prevSequence) };
  return { event: { case: "update", value } };
}

export const HEARTBEAT = { channelId: 0, event: { case: "heartbeat", value: {} } } as const;

/** Let everything that is ready to run do so. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** A scheduler whose frames come when a test says so. */
export class ManualFrames {
  #waiting: (() => void)[] = [];

  readonly request = (callback: () => void): (() => void) => {
    this.#waiting.push(callback);
    return () => {
      this.#waiting = this.#waiting.filter((each) => each !== callback);
    };
  };

  /** How many have asked for the next frame. */
  get asked(): number {
    return this.#waiting.length;
  }

  next(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback();
  }
}
