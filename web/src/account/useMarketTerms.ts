import type { Market } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

/** Markets by name, as they were told last; empty until the first answer. */
export function useMarketTerms(): ReadonlyMap<string, Market> {
  const client = useExchange();
  const { data } = useQuery({ queryKey: ["markets"], queryFn: () => client.listMarkets() });
  return useMemo(() => new Map(data?.map((market) => [market.name, market])), [data]);
}
