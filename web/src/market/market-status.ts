import type { Market, MarketStatus } from "@exchange/sdk";
import { useMarketStatus } from "@exchange/sdk/react";

/** What a market accepts now; what it accepted when the markets were listed until the stream tells. */
export function useLiveStatus(market: Market): MarketStatus {
  return useMarketStatus(market.name) ?? market.status;
}

/** A status that is not the usual one, in a word and a sentence. */
export type StatusNotice = { word: string; sentence: string };

const NOTICES: Partial<Record<MarketStatus, StatusNotice>> = {
  HALTED: { word: "Halted", sentence: "Nothing is accepted for now, not even cancels. Open orders stay as they are." },
  CANCEL_ONLY: { word: "Cancel-only", sentence: "Open orders can be canceled; nothing else is accepted." },
  POST_ONLY: { word: "Post-only", sentence: "Only post-only orders and cancels are accepted; nothing trades." },
  AUCTION: { word: "Auction", sentence: "Orders collect and nothing trades until the market opens at one price." },
};

/** Undefined while the market takes every order, and for a status that this page does not know yet. */
export function statusNotice(status: MarketStatus): StatusNotice | undefined {
  return NOTICES[status];
}

/** Whether a market takes any new order at all. */
export function takesOrders(status: MarketStatus): boolean {
  return status !== "HALTED" && status !== "CANCEL_ONLY";
}

/** What of an order decides whether a market takes it in its present status. */
export type OrderTraits = { waitsForTrigger: boolean; mayRest: boolean; postOnly: boolean };

/** Why a market would not take such an order now; undefined when it would. */
export function whyNotNow(
  status: MarketStatus,
  { waitsForTrigger, mayRest, postOnly }: OrderTraits,
): string | undefined {
  switch (status) {
    case "HALTED":
      return "The market is halted.";
    case "CANCEL_ONLY":
      return "The market takes cancels only.";
    case "POST_ONLY":
      return postOnly ? undefined : "The market takes post-only orders only.";
    case "AUCTION":
      if (waitsForTrigger) return undefined;
      return mayRest && !postOnly ? undefined : "An auction takes no market, IOC, FOK or post-only orders.";
    default:
      return undefined;
  }
}
