import { type Asset, type Market, Unauthenticated } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import { QueryCache, QueryClient, useQuery } from "@tanstack/react-query";
import { useSessionStore } from "@/session/session-store";

/**
 * Names of what is kept. What belongs to an account begins with `account` and its id, so that signing in as another never shows
 * the rows of the one before.
 */
export const queryKeys = {
  assets: ["assets"] as const,
  markets: ["markets"] as const,
  account: (accountId: string, ...rest: readonly unknown[]) => ["account", accountId, ...rest] as const,
};

/** The SDK retries by itself what may be retried, so a query does not. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: signOutWhenRefused }),
    defaultOptions: {
      queries: { retry: false, staleTime: 10_000, refetchOnWindowFocus: false },
      mutations: { retry: false },
    },
  });
}

/** A key that was revoked, or that a restarted exchange does not know, is of no more use. */
function signOutWhenRefused(error: Error): void {
  if (error instanceof Unauthenticated) useSessionStore.getState().signOut();
}

const NO_MARKETS: readonly Market[] = [];
const NO_ASSETS: readonly Asset[] = [];

/** All markets, by name. Asked for until they are known, and when somebody comes back: what changes of one is told by its ticker. */
export function useMarkets(): { markets: readonly Market[]; isLoading: boolean; error: Error | null } {
  const client = useExchange();
  const { data, isPending, error } = useQuery({
    queryKey: queryKeys.markets,
    queryFn: ({ signal }) => client.listMarkets({ signal }),
    refetchInterval: (query) => (query.state.data ? false : 2_000),
    refetchOnWindowFocus: true,
  });
  return { markets: data ?? NO_MARKETS, isLoading: isPending, error };
}

/** One market with its rules; undefined until it is known, and for one that does not exist. */
export function useMarket(name: string | undefined): Market | undefined {
  return useMarkets().markets.find((market) => market.name === name);
}

export function useAssets(): readonly Asset[] {
  const client = useExchange();
  const { data } = useQuery({ queryKey: queryKeys.assets, queryFn: ({ signal }) => client.listAssets({ signal }) });
  return data ?? NO_ASSETS;
}
