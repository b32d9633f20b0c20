import type { Market } from "@exchange/sdk";
import { lazy, type ReactNode, Suspense, useEffect, useMemo } from "react";
import { OrderBook, PriceStepSelect } from "@/book/order-book";
import { ChartPanel } from "@/chart/chart-panel";
import { MarketBar } from "@/market/market-bar";
import { StatusBanner } from "@/market/status-banner";
import { TradeTape } from "@/trades/trade-tape";
import { Button } from "@/ui/button";
import { EmptyState, Skeleton, Spinner } from "@/ui/feedback";
import { Panel, PanelHeader } from "@/ui/panel";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/ui/tabs";
import { useMarkets } from "./queries";
import { navigate } from "./router";
import { type Shortcuts, useShortcuts } from "./shortcuts";
import { type TradeTab, useUiStore } from "./ui-store";
import { useIsWide } from "./use-media";

// The market comes first, what is done with it in the next breath: neither is needed for the first paint.
const OrderForm = lazy(() => import("@/order-form/order-form").then(({ OrderForm }) => ({ default: OrderForm })));
const AccountPanel = lazy(() =>
  import("@/account/AccountPanel").then(({ AccountPanel }) => ({ default: AccountPanel })),
);

/** The page on which a person trades: everything about one market, and the account below it. */
export function TradeView({ market: asked }: { market?: string }) {
  const { markets, isLoading, error } = useMarkets();
  const lastMarket = useUiStore((state) => state.lastMarket);
  const setLastMarket = useUiStore((state) => state.setLastMarket);
  const isWide = useIsWide();
  const market = asked
    ? markets.find((each) => each.name === asked)
    : (markets.find((each) => each.name === lastMarket) ?? markets[0]);
  useTradeShortcuts();

  const name = market?.name;
  useEffect(() => {
    if (name) setLastMarket(name);
  }, [name, setLastMarket]);

  if (!market) return <NoMarket asked={asked} isLoading={isLoading} error={error} />;
  // A fresh form, book and chart for each market: nothing of one may be sent to another.
  return isWide ? (
    <WideTradeView key={market.name} market={market} />
  ) : (
    <NarrowTradeView key={market.name} market={market} />
  );
}

function WideTradeView({ market }: { market: Market }) {
  return (
    <div className="flex h-full min-h-[40rem] flex-col gap-1 px-1 pb-1">
      <MarketBar market={market} />
      <StatusBanner market={market} />
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)_17rem_18.5rem] gap-1 2xl:grid-cols-[minmax(0,1fr)_19rem_20rem]">
        <div className="grid min-h-0 min-w-0 grid-rows-[minmax(0,1fr)_minmax(13rem,34%)] gap-1">
          <Panel aria-label="Chart">
            <ChartPanel market={market} />
          </Panel>
          <Soon>
            <AccountPanel />
          </Soon>
        </div>
        <div className="grid min-h-0 grid-rows-[minmax(0,1fr)_minmax(13rem,34%)] gap-1">
          <Panel aria-label="Order book">
            <PanelHeader>
              Order book
              <PriceStepSelect market={market} />
            </PanelHeader>
            <OrderBook market={market} />
          </Panel>
          <Panel aria-label="Trades">
            <PanelHeader>Trades</PanelHeader>
            <TradeTape market={market} />
          </Panel>
        </div>
        <Panel aria-label="Place an order" className="overflow-y-auto">
          <Soon>
            <OrderForm market={market} />
          </Soon>
        </Panel>
      </div>
    </div>
  );
}

const NARROW_TABS: readonly { value: TradeTab; label: string }[] = [
  { value: "chart", label: "Chart" },
  { value: "book", label: "Book" },
  { value: "trades", label: "Trades" },
  { value: "order", label: "Order" },
  { value: "account", label: "Account" },
];

function NarrowTradeView({ market }: { market: Market }) {
  const tab = useUiStore((state) => state.tradeTab);
  const setTab = useUiStore((state) => state.setTradeTab);
  const prefillOrder = useUiStore((state) => state.prefillOrder);
  const startOrder = (side: "BUY" | "SELL") => {
    setTab("order");
    prefillOrder({ side });
  };
  return (
    <div className="flex h-full flex-col gap-1">
      <MarketBar market={market} />
      <StatusBanner market={market} />
      <Panel aria-label="Trading" className="flex-1 rounded-none">
        <Tabs value={tab} onValueChange={(value) => setTab(value as TradeTab)} className="flex min-h-0 flex-1 flex-col">
          <TabsList aria-label="Views" className="h-10 justify-between">
            {NARROW_TABS.map(({ value, label }) => (
              <TabsTrigger key={value} value={value} className="flex-1">
                {label}
              </TabsTrigger>
            ))}
          </TabsList>
          <TabsContent value="chart" className="flex flex-col data-[state=inactive]:hidden">
            <ChartPanel market={market} />
          </TabsContent>
          <TabsContent value="book" className="flex flex-col data-[state=inactive]:hidden">
            <div className="flex h-9 items-center justify-end px-3">
              <PriceStepSelect market={market} />
            </div>
            <OrderBook market={market} />
          </TabsContent>
          <TabsContent value="trades" className="flex flex-col data-[state=inactive]:hidden">
            <TradeTape market={market} />
          </TabsContent>
          {/* What was typed stays while another tab is looked at. */}
          <TabsContent value="order" forceMount className="overflow-y-auto data-[state=inactive]:hidden">
            <Soon>
              <OrderForm market={market} />
            </Soon>
          </TabsContent>
          <TabsContent value="account" className="flex flex-col data-[state=inactive]:hidden">
            <Soon>
              <AccountPanel />
            </Soon>
          </TabsContent>
        </Tabs>
      </Panel>
      {tab === "order" ? null : (
        <div className="grid shrink-0 grid-cols-2 gap-2 bg-surface p-2 pb-[max(0.5rem,env(safe-area-inset-bottom))]">
          <Button variant="buy" size="lg" className="font-semibold" onClick={() => startOrder("BUY")}>
            Buy
          </Button>
          <Button variant="sell" size="lg" className="font-semibold" onClick={() => startOrder("SELL")}>
            Sell
          </Button>
        </div>
      )}
    </div>
  );
}

/** Holds the place of what is on its way. */
function Soon({ children }: { children: ReactNode }) {
  return <Suspense fallback={<Skeleton className="m-3 min-h-40 flex-1" />}>{children}</Suspense>;
}

/** Keys of the trading view: B and S begin an order, Escape clears it, / searches a market. */
function useTradeShortcuts(): void {
  const shortcuts = useMemo<Shortcuts>(() => {
    const { setTradeTab, prefillOrder, setMarketPickerOpen, setShortcutsOpen } = useUiStore.getState();
    const startOrder = (side: "BUY" | "SELL") => () => {
      setTradeTab("order");
      prefillOrder({ side, focus: true });
    };
    return {
      b: startOrder("BUY"),
      s: startOrder("SELL"),
      // biome-ignore lint/correctness/noComponentHookFactories: the name of a key.
      Escape: () => prefillOrder({ clear: true }),
      "/": () => setMarketPickerOpen(true),
      "?": () => setShortcutsOpen(true),
    };
  }, []);
  useShortcuts(shortcuts);
}

type NoMarketProps = { asked: string | undefined; isLoading: boolean; error: Error | null };

function NoMarket({ asked, isLoading, error }: NoMarketProps) {
  if (isLoading || error) {
    return (
      <div className="grid h-full place-content-center justify-items-center gap-3 text-muted text-xs">
        <Spinner size={22} />
        {error ? "The exchange cannot be reached. Trying again…" : null}
      </div>
    );
  }
  return (
    <EmptyState title={asked ? `There is no market ${asked}.` : "There are no markets yet."}>
      {asked ? (
        <Button size="sm" className="justify-self-center" onClick={() => navigate({ page: "trade" })}>
          Show the first market
        </Button>
      ) : null}
    </EmptyState>
  );
}
