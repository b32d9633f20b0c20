import { ExchangeClient } from "@exchange/sdk";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { queryKeys } from "@/app/queries";
import { errorText } from "@/lib/errors";
import { useFaucetKey } from "./dev-accounts";
import { useSession } from "./session-store";

/** What the faucet gives of an asset: enough to play with. Of others than these, it gives a thousand. */
const GIFTS: Readonly<Record<string, string>> = { USDC: "100000", USDT: "100000", BTC: "1", ETH: "20" };

type Faucet = { give: () => void; isPending: boolean };

/** The faucet of a development exchange; undefined where there is none, or nobody is signed in. */
export function useFaucet(): Faucet | undefined {
  const session = useSession();
  const adminKey = useFaucetKey();
  const queryClient = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: creditAll,
    onSuccess: (given) => {
      toast.success("Funds have arrived", { description: given.join(" · ") });
      return queryClient.invalidateQueries({ queryKey: queryKeys.account(session?.accountId ?? "") });
    },
    onError: (error) => toast.error("The faucet gave nothing", { description: errorText(error) }),
  });
  if (!session || !adminKey) return undefined;
  return { give: () => mutate({ adminKey, accountId: BigInt(session.accountId) }), isPending };
}

/** Credit every asset once, and say what was given. The admin key is used for nothing else. */
async function creditAll({ adminKey, accountId }: { adminKey: string; accountId: bigint }): Promise<string[]> {
  const admin = new ExchangeClient({ baseUrl: window.location.origin, apiKey: adminKey });
  const gifts = (await admin.listAssets()).map(({ name }) => ({ asset: name, amount: GIFTS[name] ?? "1000" }));
  await Promise.all(gifts.map((gift) => admin.credit({ accountId, ...gift })));
  return gifts.map(({ asset, amount }) => `${amount} ${asset}`);
}
