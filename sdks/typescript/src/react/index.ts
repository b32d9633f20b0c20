// React hooks over the exchange's streams.

export type { AccountHappening, AccountView } from "../account-hub.ts";
export type { FeedState, FeedStatus } from "../feed.ts";
export type { FrameScheduler } from "../frame-scheduler.ts";
export type { ConnectionStatus, HubOptions } from "../market-data-hub.ts";
export type { CandlesView, OrderBookView, TickerView, TradesView } from "../market-feeds.ts";
export * from "./hooks.ts";
export { ExchangeProvider, type ExchangeProviderProps, useExchange } from "./provider.ts";
