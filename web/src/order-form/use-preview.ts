import { useExchange } from "@exchange/sdk/react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { queryKeys } from "@/app/queries";
import { useSession } from "@/session/session-store";
import type { OrderRequest } from "./order-values";
import { type Estimate, estimateOf } from "./preview";

const DEBOUNCE_MS = 250;
/** The book moves on while a person thinks; the estimate follows. */
const REFRESH_MS = 3_000;

export type Preview = { estimate: Estimate | undefined; error: Error | null; isStale: boolean };

/**
 * Ask the exchange what an order would do, without doing it. `request` is undefined while the form is not ready. An answer that
 * comes too late is not waited for: the call is canceled when the form changes.
 */
export function useOrderPreview(request: OrderRequest | undefined): Preview {
  const client = useExchange();
  const session = useSession();
  const settled = useDebounced(request && JSON.stringify(request), DEBOUNCE_MS);
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: queryKeys.account(session?.accountId ?? "", "preview", settled),
    queryFn: ({ signal }) => {
      const order = JSON.parse(settled ?? "") as OrderRequest;
      const expireTime = order.expireTime && new Date(order.expireTime);
      return client.placeOrder({ ...order, expireTime, validateOnly: true }, { signal });
    },
    enabled: Boolean(settled && session),
    staleTime: 0,
    gcTime: 0,
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  if (!request || !session) return { estimate: undefined, error: null, isStale: false };
  return {
    estimate: data && estimateOf(data),
    error,
    isStale: isPlaceholderData || JSON.stringify(request) !== settled,
  };
}

/** A value once it has not changed for a while. */
function useDebounced<Value>(value: Value, milliseconds: number): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}
