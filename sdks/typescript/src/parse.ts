// From the contract's messages to models; orders are read in parse-orders, market data in parse-market-data.

import { fromWire, fromWireOptional } from "./decimals.ts";
import { ledgerEntryKinds, marketStatuses, scopes, sides } from "./enums.ts";
import type {
  Account,
  AccountSnapshot,
  AccountUpdate,
  ApiKey,
  Asset,
  AuctionIndication,
  Balance,
  EquityHistory,
  Heartbeat,
  LedgerEntry,
  Market,
  MarketProtection,
  Performance,
  PerformanceTable,
  Portfolio,
  Position,
} from "./models.ts";
import { hopTimes } from "./parse-market-data.ts";
import { fills, order } from "./parse-orders.ts";
import type * as pb from "./proto.ts";
import { timeNs, toDate } from "./times.ts";

export function asset(message: pb.Asset): Asset {
  return { name: message.name, decimals: message.decimals };
}

export function market(message: pb.Market): Market {
  return {
    name: message.name,
    baseAsset: message.baseAsset,
    quoteAsset: message.quoteAsset,
    tickSize: fromWire(message.tickSize),
    lotSize: fromWire(message.lotSize),
    minNotional: fromWire(message.minNotional),
    makerFeePpm: message.makerFeePpm,
    takerFeePpm: message.takerFeePpm,
    status: marketStatuses.fromWire(message.status),
    priceDecimals: message.priceDecimals,
    quantityDecimals: message.quantityDecimals,
    protection: protection(message.protection),
    lastPrice: fromWireOptional(message.lastPrice),
    auction: message.auction && indication(message.auction),
  };
}

function indication(message: pb.AuctionIndication): AuctionIndication {
  return {
    price: fromWireOptional(message.price),
    quantity: fromWire(message.quantity),
    imbalance: fromWire(message.imbalance),
    imbalanceSide: sides.fromWireOptional(message.imbalanceSide),
  };
}

function protection(message: pb.MarketProtection | undefined): MarketProtection {
  return {
    minQuantity: limit(message?.minQuantity),
    maxQuantity: limit(message?.maxQuantity),
    minNotional: limit(message?.minNotional),
    maxNotional: limit(message?.maxNotional),
    maxOpenOrders: message?.maxOpenOrders ?? 0,
    priceBandBps: message?.priceBandBps ?? 0,
    marketProtectionBps: message?.marketProtectionBps ?? 0,
    referencePrice: limit(message?.referencePrice),
  };
}

/** Read a limit; empty and 0 both say that there is none. */
function limit(text = "") {
  const value = fromWire(text);
  return value.isZero() ? undefined : value;
}

export function balance(message: pb.Balance): Balance {
  const available = fromWire(message.available);
  const reserved = fromWire(message.reserved);
  return { asset: message.asset, available, reserved, total: available.plus(reserved) };
}

export function ledgerEntry(message: pb.LedgerEntry): LedgerEntry {
  const bookTimeNs = timeNs(message.bookTime);
  return {
    sequence: message.sequence,
    line: message.line,
    accountId: message.accountId,
    asset: message.asset,
    amount: fromWire(message.amount),
    kind: ledgerEntryKinds.fromWire(message.kind),
    market: message.market,
    tradeId: message.tradeId,
    bookTime: toDate(bookTimeNs),
    bookTimeNs,
  };
}

export function account(message: pb.Account, keyScopes: readonly pb.Scope[] = []): Account {
  const createTimeNs = timeNs(message.createTime);
  return {
    accountId: message.accountId,
    name: message.name,
    createTime: toDate(createTimeNs),
    createTimeNs,
    scopes: keyScopes.map((scope) => scopes.fromWire(scope)),
    tradeGroupId: message.tradeGroupId,
  };
}

export function portfolio(message: pb.GetPortfolioResponse): Portfolio {
  return {
    quoteAsset: message.quoteAsset,
    equity: fromWire(message.equity),
    positions: message.positions.map(position),
    asOfSequence: message.asOfSequence,
  };
}

function position(message: pb.Position): Position {
  const lastFillTimeNs = timeNs(message.lastFillTime);
  return {
    market: message.market,
    netQuantity: fromWire(message.netQuantity),
    averagePrice: fromWireOptional(message.averagePrice),
    realizedPnl: fromWire(message.realizedPnl),
    unrealizedPnl: fromWire(message.unrealizedPnl),
    fees: fromWire(message.fees),
    volume: fromWire(message.volume),
    fillCount: message.fillCount,
    lastFillTime: toDate(lastFillTimeNs),
    lastFillTimeNs,
  };
}

export function equityHistory(message: pb.ListEquityResponse): EquityHistory {
  return {
    quoteAsset: message.quoteAsset,
    points: message.points.map((point) => {
      const pointTimeNs = timeNs(point.time);
      return { time: toDate(pointTimeNs), timeNs: pointTimeNs, equity: fromWire(point.equity) };
    }),
  };
}

export function performanceTable(message: pb.ListPerformanceResponse): PerformanceTable {
  return {
    quoteAsset: message.quoteAsset,
    accounts: message.accounts.map(performance),
    asOfSequence: message.asOfSequence,
  };
}

function performance(message: pb.Performance): Performance {
  const lastFillTimeNs = timeNs(message.lastFillTime);
  return {
    accountId: message.accountId,
    name: message.name,
    equity: fromWire(message.equity),
    realizedPnl: fromWire(message.realizedPnl),
    unrealizedPnl: fromWire(message.unrealizedPnl),
    fees: fromWire(message.fees),
    volume: fromWire(message.volume),
    fillCount: message.fillCount,
    openOrderCount: message.openOrderCount,
    lastFillTime: toDate(lastFillTimeNs),
    lastFillTimeNs,
  };
}

export function apiKey(message: pb.ApiKey): ApiKey {
  const createTimeNs = message.createTime && timeNs(message.createTime);
  const expireTimeNs = message.expireTime && timeNs(message.expireTime);
  return {
    keyId: message.keyId,
    accountId: message.accountId,
    scopes: message.scopes.map((scope) => scopes.fromWire(scope)),
    label: message.label,
    createTime: createTimeNs === undefined ? undefined : toDate(createTimeNs),
    createTimeNs,
    expireTime: expireTimeNs === undefined ? undefined : toDate(expireTimeNs),
    expireTimeNs,
    current: message.current,
  };
}

export function accountSnapshot(message: pb.AccountSnapshot, sequence: bigint): AccountSnapshot {
  return { openOrders: message.openOrders.map(order), balances: message.balances.map(balance), sequence };
}

export function accountUpdate(message: pb.AccountUpdate, sequence: bigint, prevSequence: bigint): AccountUpdate {
  const eventTimeNs = timeNs(message.eventTime);
  return {
    orders: message.orders.map(order),
    fills: fills(message.fills),
    balances: message.balances.map(balance),
    sequence,
    prevSequence,
    eventTime: toDate(eventTimeNs),
    eventTimeNs,
    hops: hopTimes(message.hops),
  };
}

export function heartbeat(message: pb.Heartbeat): Heartbeat {
  const serverTimeNs = timeNs(message.serverTime);
  return { serverTime: toDate(serverTimeNs), serverTimeNs, sequence: message.sequence };
}
