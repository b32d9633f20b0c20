import { useQuery } from "@tanstack/react-query";
import { z } from "zod/mini";

/** An account of `exchange dev`, with its key. There are none in production. */
export type DevAccount = { name: string; accountId: string; apiKey: string };

const FILE = z.object({
  accounts: z.array(z.object({ name: z.string(), account_id: z.string(), api_key: z.string() })),
});

/** The account whose key may credit others; it is not one to trade with. */
const ADMIN = "admin";

/** Development accounts, admin among them; empty where the exchange is not a development one. */
export function useDevAccounts(): readonly DevAccount[] {
  const { data } = useQuery({
    queryKey: ["dev-accounts"],
    queryFn: ({ signal }) => fetchDevAccounts(signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return data ?? [];
}

/** The key that the faucet uses; undefined in production, where there is no faucet. */
export function useFaucetKey(): string | undefined {
  return useDevAccounts().find((account) => account.name === ADMIN)?.apiKey;
}

export async function fetchDevAccounts(signal?: AbortSignal): Promise<DevAccount[]> {
  const response = await fetch("/dev-accounts.json", { signal, cache: "no-store" });
  // Served by `exchange dev` only: anything else than a list is the normal case of production.
  if (!response.ok || !response.headers.get("content-type")?.includes("json")) return [];
  const file = FILE.safeParse(await response.json());
  if (!file.success) return [];
  return file.data.accounts.map(({ name, account_id, api_key }) => ({ name, accountId: account_id, apiKey: api_key }));
}
