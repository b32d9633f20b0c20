import { CandleInterval, type Side } from "@exchange/sdk";
import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";

export type Theme = "dark" | "light";
/** What a phone shows of the trading view; a wide screen shows all of it. */
export type TradeTab = "chart" | "book" | "trades" | "order" | "account";
export type ChartKind = "candles" | "depth";

/**
 * What a click in the book, a key or the palette proposes to the order form. `id` tells two equal ones apart; `focus` goes
 * to the first field that is to be filled.
 */
export type OrderPrefill = {
  id: number;
  side?: Side;
  price?: string;
  quantity?: string;
  clear?: boolean;
  focus?: boolean;
};

type UiState = {
  theme: Theme;
  /** The market shown last; the address has precedence. */
  lastMarket?: string;
  interval: CandleInterval;
  chart: ChartKind;
  /** Grouping of the order book by market, a decimal; the market's tick size where there is none. */
  priceSteps: Readonly<Record<string, string>>;
  tradeTab: TradeTab;
  prefill?: OrderPrefill;
  paletteOpen: boolean;
  marketPickerOpen: boolean;
  signInOpen: boolean;
  shortcutsOpen: boolean;
};

type UiActions = {
  setTheme: (theme: Theme) => void;
  toggleTheme: () => void;
  setLastMarket: (market: string) => void;
  setInterval: (interval: CandleInterval) => void;
  setChart: (chart: ChartKind) => void;
  setPriceStep: (market: string, step: string) => void;
  setTradeTab: (tab: TradeTab) => void;
  prefillOrder: (prefill: Omit<OrderPrefill, "id">) => void;
  setPaletteOpen: (open: boolean) => void;
  setMarketPickerOpen: (open: boolean) => void;
  setSignInOpen: (open: boolean) => void;
  setShortcutsOpen: (open: boolean) => void;
};

/** State of the page itself. What the exchange knows is never in here: it comes from the SDK's hooks and queries. */
export const useUiStore = create<UiState & UiActions>()(
  persist(
    (set) => ({
      theme: document.documentElement.dataset.theme === "light" ? "light" : "dark",
      interval: CandleInterval.MINUTE_1,
      chart: "candles",
      priceSteps: {},
      tradeTab: "chart",
      paletteOpen: false,
      marketPickerOpen: false,
      signInOpen: false,
      shortcutsOpen: false,

      setTheme: (theme) => set({ theme }),
      toggleTheme: () => set(({ theme }) => ({ theme: theme === "dark" ? "light" : "dark" })),
      setLastMarket: (lastMarket) => set({ lastMarket }),
      setInterval: (interval) => set({ interval }),
      setChart: (chart) => set({ chart }),
      setPriceStep: (market, step) => set(({ priceSteps }) => ({ priceSteps: { ...priceSteps, [market]: step } })),
      setTradeTab: (tradeTab) => set({ tradeTab }),
      prefillOrder: (prefill) => set((state) => ({ prefill: { ...prefill, id: (state.prefill?.id ?? 0) + 1 } })),
      setPaletteOpen: (paletteOpen) => set({ paletteOpen }),
      setMarketPickerOpen: (marketPickerOpen) => set({ marketPickerOpen }),
      setSignInOpen: (signInOpen) => set({ signInOpen }),
      setShortcutsOpen: (shortcutsOpen) => set({ shortcutsOpen }),
    }),
    {
      name: "exchange.ui",
      version: 1,
      storage: createJSONStorage(() => localStorage),
      partialize: ({ theme, lastMarket, interval, chart, priceSteps }) => ({
        theme,
        lastMarket,
        interval,
        chart,
        priceSteps,
      }),
    },
  ),
);
