import { useMemo } from "react";
import { useMarkets } from "@/app/queries";

/** Assets that markets are quoted in, each once, by name. */
export function useQuoteAssets(): string[] {
  const { markets } = useMarkets();
  return useMemo(() => [...new Set(markets.map((market) => market.quoteAsset))].sort(), [markets]);
}
