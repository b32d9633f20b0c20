// From the contract's messages of market data to models.

import { type Decimal, divided, fromWire, fromWireOptional } from "./decimals.ts";
import { candleIntervals, intervalMs, marketStatuses, sides } from "./enums.ts";
import type {
  Bbo,
  BookOrder,
  Candle,
  HopTimes,
  OrderBook,
  OrderBookDelta,
  OrderQueues,
  OrderQueuesDelta,
  PriceLevel,
  Ticker,
  Trade,
} from "./market-models.ts";
import type * as pb from "./proto.ts";
import { timeNs, toDate } from "./times.ts";

/** Read hop times; undefined when there are none. */
export function hopTimes(message: pb.HopTimes | undefined): HopTimes | undefined {
  if (message === undefined) return undefined;
  const { receivedNs, sequencedNs, durableNs, publishedNs } = message;
  return {
    receivedNs,
    sequencedNs,
    durableNs,
    publishedNs,
    queuedMs: between(receivedNs, sequencedNs),
    toDiskMs: between(sequencedNs, durableNs),
    toPublishMs: between(durableNs, publishedNs),
    totalMs: between(receivedNs, publishedNs),
  };
}

function between(beginNs: bigint, endNs: bigint): number | undefined {
  return beginNs && endNs ? Number(endNs - beginNs) / 1e6 : undefined;
}

export function trade(message: pb.Trade, hops?: HopTimes): Trade {
  const tradeTimeNs = timeNs(message.tradeTime);
  return {
    tradeId: message.tradeId,
    market: message.market,
    price: fromWire(message.price),
    quantity: fromWire(message.quantity),
    takerSide: sides.fromWireOptional(message.takerSide),
    tradeTime: toDate(tradeTimeNs),
    tradeTimeNs,
    sequence: message.sequence,
    hops,
  };
}

/** Read the trades of one message; the hop times are those of the last command among them. */
export function trades(message: pb.TradeBatch): Trade[] {
  const hops = hopTimes(message.hops);
  const newest = message.trades.at(-1)?.sequence;
  return message.trades.map((each) => trade(each, each.sequence === newest ? hops : undefined));
}

export function level(message: pb.PriceLevel): PriceLevel {
  return { price: fromWire(message.price), quantity: fromWire(message.quantity) };
}

export function orderBook(message: pb.OrderBook): OrderBook {
  return {
    market: message.market,
    bids: message.bids.map(level),
    asks: message.asks.map(level),
    sequence: message.sequence,
    checksum: message.checksum,
  };
}

export function orderBookDelta(message: pb.OrderBookDelta): OrderBookDelta {
  const eventTimeNs = timeNs(message.eventTime);
  return {
    market: message.market,
    bids: message.bids.map(level),
    asks: message.asks.map(level),
    sequence: message.sequence,
    prevSequence: message.prevSequence,
    checksum: message.checksum,
    eventTime: toDate(eventTimeNs),
    eventTimeNs,
    hops: hopTimes(message.hops),
  };
}

export function bbo(message: pb.Bbo, hops?: HopTimes): Bbo {
  const eventTimeNs = timeNs(message.eventTime);
  const bid = message.bid && level(message.bid);
  const ask = message.ask && level(message.ask);
  return {
    market: message.market,
    bid,
    ask,
    spread: bid && ask?.price.minus(bid.price),
    mid: bid && ask?.price.plus(bid.price).div(2),
    sequence: message.sequence,
    eventTime: toDate(eventTimeNs),
    eventTimeNs,
    hops,
  };
}

export function ticker(message: pb.Ticker, hops?: HopTimes): Ticker {
  const eventTimeNs = timeNs(message.eventTime);
  const windowStartTimeNs = timeNs(message.windowStartTime);
  const lastTradeTimeNs = message.lastTradeTime && timeNs(message.lastTradeTime);
  const lastPrice = fromWireOptional(message.lastPrice);
  const openPrice = fromWireOptional(message.openPrice);
  const change = lastPrice && openPrice && lastPrice.minus(openPrice);
  return {
    market: message.market,
    lastPrice,
    lastQuantity: fromWireOptional(message.lastQuantity),
    lastTradeTime: lastTradeTimeNs === undefined ? undefined : toDate(lastTradeTimeNs),
    lastTradeTimeNs,
    openPrice,
    highPrice: fromWireOptional(message.highPrice),
    lowPrice: fromWireOptional(message.lowPrice),
    volume: fromWire(message.volume),
    quoteVolume: fromWire(message.quoteVolume),
    tradeCount: message.tradeCount,
    windowStartTime: toDate(windowStartTimeNs),
    windowStartTimeNs,
    bid: message.bid && level(message.bid),
    ask: message.ask && level(message.ask),
    change,
    changePercent: change && openPrice && percent(change, openPrice),
    status: marketStatuses.fromWireOptional(message.status),
    sequence: message.sequence,
    eventTime: toDate(eventTimeNs),
    eventTimeNs,
    hops,
  };
}

function percent(change: Decimal, start: Decimal): Decimal | undefined {
  // To two decimals, half to even.
  return start.isZero() ? undefined : divided(change.times(100), start).toDecimalPlaces(2, 6);
}

export function candle(message: pb.Candle, hops?: HopTimes): Candle {
  const openTimeNs = timeNs(message.openTime);
  const openTime = toDate(openTimeNs);
  const interval = candleIntervals.fromWire(message.interval);
  return {
    market: message.market,
    interval,
    openTime,
    openTimeNs,
    closeTime: new Date(openTime.getTime() + intervalMs(interval)),
    open: fromWire(message.open),
    high: fromWire(message.high),
    low: fromWire(message.low),
    close: fromWire(message.close),
    volume: fromWire(message.volume),
    quoteVolume: fromWire(message.quoteVolume),
    tradeCount: message.tradeCount,
    closed: message.closed,
    hops,
  };
}

/** Read the candles of one message; the hop times are those of the last command, so of the newest candle. */
export function candles(message: pb.CandleBatch): Candle[] {
  const hops = hopTimes(message.hops);
  const newest = message.candles.length - 1;
  return message.candles.map((each, index) => candle(each, index === newest ? hops : undefined));
}

function bookOrder(message: pb.BookOrder | pb.BookOrderChange): BookOrder {
  return { orderId: message.orderId, price: fromWire(message.price), quantity: fromWire(message.quantity) };
}

export function orderQueues(message: pb.OrderQueues): OrderQueues {
  return {
    market: message.market,
    bids: message.bids.map(bookOrder),
    asks: message.asks.map(bookOrder),
    sequence: message.sequence,
    checksum: message.checksum,
  };
}

export function orderQueuesDelta(message: pb.OrderQueuesDelta): OrderQueuesDelta {
  const eventTimeNs = timeNs(message.eventTime);
  return {
    market: message.market,
    changes: message.changes.map((change) => ({
      ...bookOrder(change),
      side: sides.fromWire(change.side),
      queued: change.queued,
    })),
    sequence: message.sequence,
    prevSequence: message.prevSequence,
    checksum: message.checksum,
    eventTime: toDate(eventTimeNs),
    eventTimeNs,
    hops: hopTimes(message.hops),
  };
}
