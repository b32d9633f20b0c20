import { useAccount } from "@exchange/sdk/react";
import { useMemo } from "react";
import { Amount } from "@/account/cells";
import { LoadingRows } from "@/account/table-states";
import { useMarkets } from "@/app/queries";
import { formatDecimal } from "@/lib/decimal";
import { EmptyState } from "@/ui/feedback";
import { Cell, HeaderCell, TableHead, TableRow } from "@/ui/table";
import { Card } from "./page-frame";
import { ScrollTable } from "./scroll-table";
import { valuedBalances } from "./valued-balances";

/** What the account holds, live, and what each is worth. */
export function BalancesCard({ quoteAsset }: { quoteAsset: string }) {
  const { balances, status } = useAccount();
  const { markets } = useMarkets();
  const rows = useMemo(() => valuedBalances(balances, markets, quoteAsset), [balances, markets, quoteAsset]);
  return (
    <Card title="Balances">
      {rows.length === 0 ? (
        status === "connecting" ? (
          <LoadingRows />
        ) : (
          <EmptyState title="This account holds nothing yet" />
        )
      ) : (
        <ScrollTable label="Balances" className={status === "live" ? "" : "stale"}>
          <TableHead>
            <tr>
              <HeaderCell className="pl-4">Asset</HeaderCell>
              <HeaderCell numeric>Total</HeaderCell>
              <HeaderCell numeric>Available</HeaderCell>
              <HeaderCell numeric>In open orders</HeaderCell>
              <HeaderCell numeric>Price</HeaderCell>
              <HeaderCell numeric>Value in {quoteAsset}</HeaderCell>
              <HeaderCell className="pr-4">Share</HeaderCell>
            </tr>
          </TableHead>
          <tbody>
            {rows.map(({ balance, price, value, share }) => (
              <TableRow key={balance.asset}>
                <Cell className="pl-4 font-medium">{balance.asset}</Cell>
                <Cell numeric>{formatDecimal(balance.total)}</Cell>
                <Cell numeric>{formatDecimal(balance.available)}</Cell>
                <Cell numeric>{formatDecimal(balance.reserved)}</Cell>
                <Cell numeric className="text-muted">
                  <Amount value={balance.asset === quoteAsset ? undefined : price} />
                </Cell>
                <Cell numeric>{value ? formatDecimal(value, { decimals: 2 }) : <Amount value={undefined} />}</Cell>
                <Cell className="pr-4">
                  <Share share={share} />
                </Cell>
              </TableRow>
            ))}
          </tbody>
        </ScrollTable>
      )}
    </Card>
  );
}

function Share({ share }: { share: number }) {
  return (
    <span className="flex items-center gap-2">
      <span className="h-1.5 w-20 overflow-hidden rounded-full bg-raised" aria-hidden>
        <span className="block h-full rounded-full bg-accent" style={{ width: `${share * 100}%` }} />
      </span>
      <span className="w-10 text-right text-muted">{(share * 100).toFixed(1)}%</span>
    </span>
  );
}
