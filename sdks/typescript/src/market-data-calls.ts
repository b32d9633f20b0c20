// The client's calls about market data, for everybody.

import { Calls } from "./calls.ts";
import type { CallOptions } from "./connection.ts";
import type { CandleInterval } from "./enums.ts";
import type { Candle, OrderBook, Ticker, Trade } from "./market-models.ts";
import * as marketData from "./market-operations.ts";
import type { Asset, Market } from "./models.ts";
import type { Pages } from "./pages.ts";

/** Assets, markets, books, tickers, trades and candles. */
export abstract class MarketDataCalls extends Calls {
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
    return this.pages(marketData.listTrades(market, options), options);
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
    return this.pages(marketData.listCandles(market, interval, options), options);
  }
}
