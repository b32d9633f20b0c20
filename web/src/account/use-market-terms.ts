import type { Market } from "@exchange/sdk";
import { useMemo } from "react";
import { useMarkets } from "@/app/queries";

/** Markets by name, as they were told last; empty until the first answer. */
export function useMarketTerms(): ReadonlyMap<string, Market> {
  const { markets } = useMarkets();
  return useMemo(() => new Map(markets.map((market) => [market.name, market])), [markets]);
}
