// The client: every call of the exchange as a method.

import { createGrpcWebTransport } from "@connectrpc/connect-web";
import * as accounts from "./account-operations.ts";
import * as admin from "./admin-operations.ts";
import { type CallOptions, type ClientOptions, Connection } from "./connection.ts";
import type { CancelReplaceMode, CandleInterval, MarketStatus, NameInput } from "./enums.ts";
import { checkHealth, type HealthStatus } from "./health.ts";
import type { Candle, OrderBook, Ticker, Trade } from "./market-models.ts";
import * as marketData from "./market-operations.ts";
import type {
  Account,
  ApiKey,
  Asset,
  Balance,
  CreatedApiKey,
  EquityHistory,
  LedgerEntry,
  Market,
  PerformanceTable,
  Portfolio,
  StateHash,
} from "./models.ts";
import type { Listed } from "./operations.ts";
import type {
  AmendOrder,
  BatchItem,
  BracketExit,
  CancelAllFilter,
  CancelOrder,
  NewOrder,
  OrderListOptions,
  OrderName,
} from "./order-items.ts";
import type {
  AmendedOrder,
  Fill,
  Order,
  OrderResult,
  PlacedBracket,
  PlacedOco,
  PlacedOrder,
  ReplacedOrder,
} from "./order-models.ts";
import * as orders from "./order-operations.ts";
import { Pages } from "./pages.ts";
import type { OrderBookStream, OrdersStream, StreamOptions } from "./stream.ts";
import type {
  AccountEvent,
  BboEvent,
  CandleEvent,
  Channel,
  FillEvent,
  TickerEvent,
  TradeEvent,
} from "./stream-events.ts";
import {
  type AccountStreamOptions,
  type EventStream,
  type IntervalOptions,
  type OrderBookStreamOptions,
  Streams,
  type TradeStreamOptions,
} from "./streams.ts";
import type { Subscription } from "./subscription.ts";

type ValidateOptions = admin.ValidateOption & CallOptions;

/**
 * The exchange, over gRPC-Web: for browsers, and for Node where only the gateway is reachable.
 *
 * Every call takes `signal`, which aborts it, and `timeoutMs`, what it may take with all its retries. Calls are repeated
 * when that is safe: reads, cancels, amends (their terms are absolute), the dead-man's switch, and orders and credits with a
 * key, which they get unless told otherwise. A mutation that was sent and not answered throws OutcomeUnknown. Everything
 * that is thrown about the exchange is an ExchangeError (the tree stands on top of errors.ts).
 */
export class ExchangeClient {
  /** What the parts of the SDK need to make calls of their own. */
  readonly connection: Connection;
  readonly #streams: Streams;

  /** Throws a RangeError for an address that is none, and for a key in plaintext over a network. */
  constructor(options: ClientOptions = {}) {
    this.connection = this.connect(options);
    this.#streams = new Streams(this.connection);
  }

  protected connect(options: ClientOptions): Connection {
    const baseUrl = options.baseUrl ?? globalThis.location?.origin ?? "";
    return new Connection(baseUrl, options, (transport) => createGrpcWebTransport(transport));
  }

  /** End every call and stream. */
  close(): void {
    this.connection.close();
  }

  /** Ask whether the exchange takes calls: as a whole, or one `service` by its full name. */
  checkHealth(options: CallOptions & { service?: string } = {}): Promise<HealthStatus> {
    return this.connection.call(checkHealth(options.service ?? ""), options);
  }

  // ---------------------------------------------------------------- market data

  /** List all assets, by name. */
  listAssets(options?: CallOptions): Promise<Asset[]> {
    return this.connection.call(marketData.listAssets(), options);
  }

  /** List all markets, by name. */
  listMarkets(options?: CallOptions): Promise<Market[]> {
    return this.connection.call(marketData.listMarkets(), options);
  }

  /** Get one market. Throws NotFound. */
  getMarket(market: string, options?: CallOptions): Promise<Market> {
    return this.connection.call(marketData.getMarket(market), options);
  }

  /** Get the order book of one market, best levels first: `depth` levels a side, 1 to 5000, 100 by default. */
  getOrderBook(market: string, options: CallOptions & { depth?: number } = {}): Promise<OrderBook> {
    return this.connection.call(marketData.getOrderBook(market, options.depth ?? 0), options);
  }

  /** Get the last price, the best levels and the last 24 hours of one market. */
  getTicker(market: string, options?: CallOptions): Promise<Ticker> {
    return this.connection.call(marketData.getTicker(market), options);
  }

  /** List the trades of one market, newest first, from `start` on and before `end`. */
  listTrades(market: string, options: marketData.TimeRange & marketData.PageOptions & CallOptions = {}): Pages<Trade> {
    return this.#pages(marketData.listTrades(market, options), options);
  }

  /**
   * List the candles of one market, oldest first; the newest one is as it is now. Without `start` it is one page of the
   * newest.
   */
  listCandles(
    market: string,
    interval: CandleInterval,
    options: marketData.CandleOptions & CallOptions = {},
  ): Pages<Candle> {
    return this.#pages(marketData.listCandles(market, interval, options), options);
  }

  // ---------------------------------------------------------------- orders

  /**
   * Place an order; answers when it is durable. Without a price it is a market order.
   *
   * Throws OrderRejected (InsufficientFunds, PostOnlyWouldCross, WouldTriggerImmediately, PriceOutsideBand,
   * TooManyOpenOrders, InvalidOrder, MarketClosed), InvalidRequest, NotFound, AlreadyExists, OutcomeUnknown.
   */
  async placeOrder(order: NewOrder, options?: CallOptions): Promise<PlacedOrder> {
    return this.connection.call(orders.placeOrder(order), options);
  }

  /**
   * Change price or quantity of one open order, or refuse and change nothing. Less quantity at the same price keeps the
   * place in the book. When it had to be repeated, `fills` are those of the last attempt.
   *
   * Throws NotFound, OrderClosed, QuantityNotAboveFilled, and what placeOrder throws.
   */
  async amendOrder(amend: AmendOrder, options?: CallOptions): Promise<AmendedOrder> {
    return this.connection.call(orders.amendOrder(amend), options);
  }

  /** Cancel one open order; answers with it as it ended. Throws NotFound, OrderClosed. */
  async cancelOrder(cancel: CancelOrder, options?: CallOptions): Promise<Order> {
    return this.connection.call(orders.cancelOrder(cancel), options);
  }

  /**
   * Cancel all open orders that pass all the filters, waiting ones too; answers with their ids, oldest first. When it had
   * to be repeated, only the ids that the last attempt canceled.
   */
  async cancelAllOrders(filter: CancelAllFilter = {}, options?: CallOptions): Promise<bigint[]> {
    return this.connection.call(orders.cancelAllOrders(filter), options);
  }

  /**
   * Cancel one order and place another, with nothing in between; what the first reserved pays for the second.
   *
   * `mode`: whether the new order is placed when the cancel is refused (STOP_ON_FAILURE by default). When the new order is
   * refused the cancel stands; the answer says so, nothing is thrown. Only when nothing was done at all it throws what the
   * cancel was refused with (or the new order, with ALLOW_FAILURE), or OutcomeUnknown. It is repeated only when the new
   * order has a key. Who wants "change it or leave it" uses amendOrder.
   */
  async cancelReplaceOrder(
    cancel: CancelOrder,
    order: NewOrder,
    options: ValidateOptions & { mode?: NameInput<CancelReplaceMode> } = {},
  ): Promise<ReplacedOrder> {
    const operation = orders.cancelReplaceOrder(cancel, order, options.mode, options.validateOnly);
    return this.connection.call(operation, options);
  }

  /**
   * Execute 1 to 500 orders, amends and cancels one after the other with nothing in between.
   *
   * Each stands for itself: a refused one has its `error` in the result, nothing is thrown for it. It is repeated only when
   * every order in it has a key; then a cancel that an attempt before had done is OrderClosed. Throws InvalidRequest for the
   * batch as a whole, OutcomeUnknown. `allOrNone`: when one is refused nothing happens at all, and what it was refused with
   * is thrown; its `field` begins with the item, such as `items[3].place_order`.
   */
  async batchOrders(
    items: Iterable<BatchItem>,
    options: CallOptions & { allOrNone?: boolean } = {},
  ): Promise<OrderResult[]> {
    return this.connection.call(orders.batchOrders(items, options.allOrNone ?? false), options);
  }

  /**
   * Place two orders of one market, side and quantity: when one fills, fires or ends, the other is canceled.
   *
   * `above` is the one at the higher price: to sell a limit or take-profit order, with a stop `below`; to buy a stop, with a
   * limit or take-profit order `below`. Both are accepted or none. Throws what placeOrder throws.
   */
  async placeOcoOrder(above: NewOrder, below: NewOrder, options: ValidateOptions = {}): Promise<PlacedOco> {
    return this.connection.call(orders.placeOcoOrder(above, below, options.validateOnly), options);
  }

  /**
   * Place an entry with two exits on the other side, whose quantity is what the entry has filled.
   *
   * `entry`: a limit order, or a market order by quantity. When an exit triggers, the other one and what is open of the entry
   * are canceled. All are accepted or none. Throws what placeOrder throws.
   */
  async placeBracketOrder(
    entry: NewOrder,
    exits: { takeProfit: BracketExit; stopLoss: BracketExit },
    options: ValidateOptions = {},
  ): Promise<PlacedBracket> {
    const operation = orders.placeBracketOrder(entry, exits.takeProfit, exits.stopLoss, options.validateOnly);
    return this.connection.call(operation, options);
  }

  /**
   * Set the dead-man's switch: cancel all of the account's orders unless this is called again in time.
   *
   * `afterMs`: from 1,000 to 86,400,000, rounded up to the millisecond; 0 disarms. Every call sets it anew. Answers with when
   * the orders will be canceled, undefined when disarmed. Throws InvalidRequest.
   */
  async setCancelAllAfter(afterMs: number, options: ValidateOptions = {}): Promise<Date | undefined> {
    return this.connection.call(orders.setCancelAllAfter(afterMs, options.validateOnly), options);
  }

  /** Get one order as it is now, named by one of its ids. Throws NotFound; old closed ones are in listOrders. */
  async getOrder(name: OrderName, options?: CallOptions): Promise<Order> {
    return this.connection.call(orders.getOrder(name), options);
  }

  /** List orders, newest first: open ones as they are now, or all, which may be a moment behind. */
  listOrders(options: OrderListOptions & CallOptions = {}): Pages<Order> {
    return this.#pages(orders.listOrders(options), options);
  }

  // ---------------------------------------------------------------- account

  /** Get the account that the key belongs to, with what the key may do; or another one (scope ADMIN). */
  getAccount(options: accounts.AccountOption & CallOptions = {}): Promise<Account> {
    return this.connection.call(accounts.getAccount(options), options);
  }

  /** List balances as they are now, by asset name; assets never held are left out. */
  listBalances(options: accounts.AccountOption & CallOptions = {}): Promise<Balance[]> {
    return this.connection.call(accounts.listBalances(options), options);
  }

  /** List fills from the history, newest first; it may be a moment behind. */
  listFills(options: accounts.FillListOptions & CallOptions = {}): Pages<Fill> {
    return this.#pages(accounts.listFills(options), options);
  }

  /** List ledger entries from the history, newest first; it may be a moment behind. */
  listLedgerEntries(options: accounts.LedgerListOptions & CallOptions = {}): Pages<LedgerEntry> {
    return this.#pages(accounts.listLedgerEntries(options), options);
  }

  /** Get what the account is worth and what it has won or lost by trading, in one quote asset. */
  getPortfolio(options: accounts.QuoteAssetOption & accounts.AccountOption & CallOptions = {}): Promise<Portfolio> {
    return this.connection.call(accounts.getPortfolio(options), options);
  }

  /** List what the account was worth at the ends of minutes, oldest first. */
  listEquity(options: accounts.EquityOptions & CallOptions = {}): Promise<EquityHistory> {
    return this.connection.call(accounts.listEquity(options), options);
  }

  /** List the account's API keys that work, the newest first. The keys themselves are shown by no call. */
  listApiKeys(options: accounts.AccountOption & CallOptions = {}): Promise<ApiKey[]> {
    return this.connection.call(accounts.listApiKeys(options), options);
  }

  /** Create a key of the own account, which may do at most what the calling key may. Not repeated: OutcomeUnknown. */
  async createOwnApiKey(key: accounts.NewApiKey, options?: CallOptions): Promise<CreatedApiKey> {
    return this.connection.call(accounts.createOwnApiKey(key), options);
  }

  /** Revoke a key of the own account at once. Throws NotFound. */
  revokeOwnApiKey(keyId: string, options: ValidateOptions = {}): Promise<void> {
    return this.connection.call(accounts.revokeOwnApiKey(keyId, options.validateOnly), options);
  }

  // ---------------------------------------------------------------- operating: scope ADMIN

  /** Create an asset whose smallest unit is 10^-`decimals`. Throws AlreadyExists if it exists with other decimals. */
  createAsset(name: string, decimals: number, options: ValidateOptions = {}): Promise<Asset> {
    return this.connection.call(admin.createAsset(name, decimals, options.validateOnly), options);
  }

  /** Create a market; it starts OPEN. Throws AlreadyExists if it exists with other terms. */
  async createMarket(market: admin.NewMarket, options?: CallOptions): Promise<Market> {
    return this.connection.call(admin.createMarket(market), options);
  }

  /** Set what a market accepts. */
  async setMarketStatus(
    market: string,
    status: NameInput<MarketStatus>,
    options: ValidateOptions = {},
  ): Promise<Market> {
    return this.connection.call(admin.setMarketStatus(market, status, options.validateOnly), options);
  }

  /** State a market's limits anew, all of them; `{ ...market.protection, priceBandBps: 500 }` changes one. */
  async setMarketProtection(
    market: string,
    protection: admin.ProtectionInput,
    options: ValidateOptions = {},
  ): Promise<Market> {
    return this.connection.call(admin.setMarketProtection(market, protection, options.validateOnly), options);
  }

  /** Create an account; one that exists by this name is the answer. */
  createAccount(name: string, options: ValidateOptions = {}): Promise<Account> {
    return this.connection.call(admin.createAccount(name, options.validateOnly), options);
  }

  /** Put an account into a trade group, whose accounts count as one owner; 0 takes it out. */
  setTradeGroup(accountId: bigint, tradeGroupId: bigint, options: ValidateOptions = {}): Promise<Account> {
    return this.connection.call(admin.setTradeGroup(accountId, tradeGroupId, options.validateOnly), options);
  }

  /** List accounts by id. */
  listAccounts(options: marketData.PageOptions & CallOptions = {}): Pages<Account> {
    return this.#pages(admin.listAccounts(options), options);
  }

  /** List who has traded and what it came to, the largest volume first. */
  listPerformance(options: admin.PerformanceOptions & CallOptions = {}): Promise<PerformanceTable> {
    return this.connection.call(admin.listPerformance(options), options);
  }

  /** Create a key of any account. The secret is in the answer and nowhere else. Not repeated: OutcomeUnknown. */
  async createApiKey(key: accounts.NewApiKey & { accountId: bigint }, options?: CallOptions): Promise<CreatedApiKey> {
    return this.connection.call(admin.createApiKey(key), options);
  }

  /** Revoke any key at once. */
  revokeApiKey(keyId: string, options: ValidateOptions = {}): Promise<void> {
    return this.connection.call(admin.revokeApiKey(keyId, options.validateOnly), options);
  }

  /** Credit an account; answers with its balance. The same key books once; another payload is AlreadyExists. */
  async credit(credit: admin.NewCredit, options?: CallOptions): Promise<Balance> {
    return this.connection.call(admin.credit(credit), options);
  }

  /** Get the hash of the engine's state: of the present, or after a `sequence` of which a snapshot is kept. */
  getStateHash(options: CallOptions & { sequence?: bigint } = {}): Promise<StateHash> {
    return this.connection.call(admin.getStateHash(options.sequence ?? 0n), options);
  }

  // ---------------------------------------------------------------- streams

  /**
   * Follow the order book: a snapshot, then deltas; `stream.book` is kept in step and verified. After a gap, a wrong
   * checksum or a lost connection come `resynced` and a new snapshot. Throws NotFound.
   */
  streamOrderBook(market: string, options?: OrderBookStreamOptions): OrderBookStream {
    return this.#streams.orderBook(market, options);
  }

  /**
   * Follow the book order by order (L3): a snapshot, then deltas; `stream.queues` is kept in step and verified. After a
   * gap, a wrong checksum or a lost connection come `resynced` and a new snapshot. Throws NotFound.
   */
  streamOrders(market: string, options?: StreamOptions): OrdersStream {
    return this.#streams.orders(market, options);
  }

  /** Follow the best bid and offer: as it is now, then every change. Throws NotFound. */
  streamBbo(market: string, options?: IntervalOptions): EventStream<BboEvent> {
    return this.#streams.bbo(market, options);
  }

  /** Follow the ticker: as it is now, then every change, and at least once a minute. Throws NotFound. */
  streamTicker(market: string, options?: IntervalOptions): EventStream<TickerEvent> {
    return this.#streams.ticker(market, options);
  }

  /** Follow the candles of one length: the current one, if there is one, then each change until it is closed. Throws NotFound. */
  streamCandles(market: string, interval: CandleInterval, options?: IntervalOptions): EventStream<CandleEvent> {
    return this.#streams.candles(market, interval, options);
  }

  /**
   * Follow the trades of one market, none left out; from the next one, or after `afterTradeId`.
   *
   * Yields `reconnected` after a break that lost nothing, `resynced` after one that may have. Throws NotFound, and
   * SequenceTooOld when what lies after the given trade is no longer kept.
   */
  streamTrades(market: string, options?: TradeStreamOptions): EventStream<TradeEvent> {
    return this.#streams.trades(market, options);
  }

  /**
   * Follow the account's fills, none left out; from the next one, or after `afterSequence`.
   *
   * Yields `reconnected` after a break that lost nothing, `resynced` after one that may have (`listFills` has what is
   * missing). Throws SequenceTooOld when what lies after the given sequence is no longer kept.
   */
  streamFills(options?: AccountStreamOptions): EventStream<FillEvent> {
    return this.#streams.fills(options);
  }

  /**
   * Follow the account: a snapshot, then every update; resumed after a sequence only the updates.
   *
   * Yields `reconnected` after a break that lost nothing; `resynced` and a new snapshot after one that did. Throws
   * SequenceTooOld when what lies after the given sequence is no longer kept.
   */
  streamAccount(options?: AccountStreamOptions): EventStream<AccountEvent> {
    return this.#streams.account(options);
  }

  /**
   * Follow many channels on one stream, up to 100; `add` and `remove` change them while it runs. Those of the account and
   * its fills need a key. Throws RangeError for one that is named twice.
   */
  subscribe(channels: readonly Channel[], options?: StreamOptions): Subscription {
    return this.#streams.subscribe(channels, options);
  }

  #pages<Item>(list: Listed<Item>, options: CallOptions & marketData.PageOptions): Pages<Item> {
    return new Pages((pageToken) => this.connection.call(list(pageToken), options), options.pageToken);
  }
}
