import type { AuctionIndication, Market } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { decimalsOf, formatDecimal } from "@/lib/decimal";
import { cn } from "@/ui/cn";
import { statusNotice, useLiveStatus } from "./market-status";

const INDICATION_REFRESH_MS = 1_000;

/** Says when a market does not take every order, and what an auction would do now. Takes no room otherwise. */
export function StatusBanner({ market }: { market: Market }) {
  const status = useLiveStatus(market);
  const notice = statusNotice(status);
  return (
    <div role="status" className="empty:hidden">
      {notice ? (
        <p
          data-testid="market-status"
          className={cn(
            "flex flex-wrap items-center gap-x-2 rounded-lg px-3 py-1.5 text-xs",
            status === "HALTED" ? "bg-sell-soft text-sell" : "bg-warn-soft text-warn",
          )}
        >
          <TriangleAlert size={14} aria-hidden className="shrink-0" />
          <strong className="font-semibold">{notice.word}</strong>
          <span className="text-text">{notice.sentence}</span>
          {status === "AUCTION" ? <Indication market={market} /> : null}
        </p>
      ) : null}
    </div>
  );
}

/** What the auction would do if it ended now. The exchange tells that only who asks. */
function Indication({ market }: { market: Market }) {
  const client = useExchange();
  const { data } = useQuery({
    queryKey: ["auction", market.name],
    queryFn: async ({ signal }) => (await client.getMarket(market.name, { signal })).auction ?? null,
    refetchInterval: INDICATION_REFRESH_MS,
  });
  return data ? (
    <span data-figures className="ml-auto text-text">
      {indicationText(data, market)}
    </span>
  ) : null;
}

function indicationText({ price, quantity }: AuctionIndication, market: Market): string {
  if (!price) return "Nothing would trade now";
  const at = formatDecimal(price, { decimals: decimalsOf(market.tickSize) });
  return `Would trade ${formatDecimal(quantity)} ${market.baseAsset} at ${at}`;
}
