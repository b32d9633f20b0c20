// @vitest-environment jsdom
// Hooks and hubs with frames that come when the test says so.

import { Code } from "@connectrpc/connect";
import { act, cleanup, render } from "@testing-library/react";
import { StrictMode } from "react";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AccountHub } from "../src/account-hub.ts";
import { fromWire } from "../src/decimals.ts";
import { type HubOptions, MarketDataHub } from "../src/market-data-hub.ts";
import type { CandlesView, OrderBookView, TickerView, TradesView } from "../src/market-feeds.ts";
import type { Candle, Trade } from "../src/market-models.ts";
import type { Fill } from "../src/order-models.ts";
import { HubsContext, useCandles, useOrderBook, useTicker, useTrades } from "../src/react/index.ts";
import {
  HEARTBEAT,
  ManualFrames,
  ScriptedExchange,
  settled,
  ticker,
  trades,
  tradesBegin,
} from "./scripted-exchange.ts";
