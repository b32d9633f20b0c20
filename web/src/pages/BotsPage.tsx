import type { Performance, PerformanceTable } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { CutText, SignedAmount } from "@/account/cells";
import { queryKeys } from "@/app/queries";
import { formatCompact, formatDecimal, sumOf } from "@/lib/decimal";
import { formatClock, formatDuration } from "@/lib/time";
import { EmptyState } from "@/ui/feedback";
import { Cell, HeaderCell, TableHead, TableRow } from "@/ui/table";
import { Card, Figure, PageFrame, SignedIn } from "./page-frame";
import { netResult, resultBars } from "./performance-figures";
import { QueryView } from "./query-view";
import { QuoteAssetSelect } from "./quote-asset-select";
import { ScrollTable } from "./scroll-table";

const REFRESH_MS = 3_000;
const PAGE_SIZE = 200;
/** From here on, an account's equity is written in few letters. */
const MANY = 1_000_000_000;

/** Who trades, and what it comes to: every account with a fill, the largest volume first. */
export function BotsPage() {
  return (
    <SignedIn title="Bots">{({ accountId }) => <AllPerformance key={accountId} accountId={accountId} />}</SignedIn>
  );
}

function AllPerformance({ accountId }: { accountId: string }) {
  const client = useExchange();
  const [chosen, setChosen] = useState<string>();
  const table = useQuery({
    queryKey: queryKeys.account(accountId, "performance", chosen),
    queryFn: ({ signal }) => client.listPerformance({ quoteAsset: chosen, pageSize: PAGE_SIZE, signal }),
    // Who may not see it is told once.
    refetchInterval: (query) => (query.state.error && !query.state.data ? false : REFRESH_MS),
    placeholderData: keepPreviousData,
  });
  const quoteAsset = chosen ?? table.data?.quoteAsset;
  return (
    <PageFrame
      title="Bots"
      description={
        table.data
          ? `Every account that has traded, as of ${formatClock(new Date(table.dataUpdatedAt))}.`
          : "Every account that has traded, and what it came to."
      }
      actions={<QuoteAssetSelect value={quoteAsset} onChange={setChosen} />}
    >
      <QueryView query={table}>
        {(data) => (
          <div className="grid gap-4">
            {data.accounts.length > 0 && <Totals table={data} />}
            <Card>
              {data.accounts.length === 0 ? (
                <EmptyState title={`Nobody has traded in a market of ${data.quoteAsset} yet`} className="min-h-40" />
              ) : (
                <Accounts table={data} />
              )}
            </Card>
          </div>
        )}
      </QueryView>
    </PageFrame>
  );
}

function Totals({ table: { accounts, quoteAsset } }: { table: PerformanceTable }) {
  // Every trade has two sides.
  const traded = sumOf(accounts.map(({ volume }) => volume)).div(2);
  const openOrders = accounts.reduce((total, { openOrderCount }) => total + openOrderCount, 0);
  return (
    <Card>
      <dl className="grid grid-cols-2 gap-4 px-4 py-4 sm:grid-cols-4">
        <Figure name="Accounts that traded">{accounts.length}</Figure>
        <Figure name="Traded">
          {formatCompact(traded)} <span className="text-faint text-xs">{quoteAsset}</span>
        </Figure>
        <Figure name="Fees paid">
          {formatDecimal(sumOf(accounts.map(({ fees }) => fees)), { decimals: 2 })}{" "}
          <span className="text-faint text-xs">{quoteAsset}</span>
        </Figure>
        <Figure name="Open orders">{openOrders.toLocaleString("en")}</Figure>
      </dl>
    </Card>
  );
}

function Accounts({ table }: { table: PerformanceTable }) {
  const bars = resultBars(table.accounts);
  return (
    <ScrollTable label="Accounts">
      <TableHead>
        <tr>
          <HeaderCell className="pl-4">Account</HeaderCell>
          <HeaderCell numeric>Result after fees</HeaderCell>
          <HeaderCell className="w-32" aria-label="Result as a bar" />
          <HeaderCell numeric>Equity</HeaderCell>
          <HeaderCell numeric>Realized</HeaderCell>
          <HeaderCell numeric>Unrealized</HeaderCell>
          <HeaderCell numeric>Fees</HeaderCell>
          <HeaderCell numeric>Volume</HeaderCell>
          <HeaderCell numeric>Fills</HeaderCell>
          <HeaderCell numeric>Open orders</HeaderCell>
          <HeaderCell numeric className="pr-4">
            Last fill
          </HeaderCell>
        </tr>
      </TableHead>
      <tbody>
        {table.accounts.map((account, index) => (
          <AccountRow key={account.accountId.toString()} account={account} bar={bars[index] ?? 0} />
        ))}
      </tbody>
    </ScrollTable>
  );
}

function AccountRow({ account, bar }: { account: Performance; bar: number }) {
  const money = (value: Performance["fees"]) => (
    <SignedAmount value={value} text={formatDecimal(value, { decimals: 2, sign: true })} />
  );
  return (
    <TableRow className="h-9">
      <Cell className="max-w-72 pl-4">
        <span className="flex items-baseline gap-2">
          <CutText text={account.name} className="font-medium" />
          <span className="text-2xs text-faint">#{account.accountId.toString()}</span>
        </span>
      </Cell>
      <Cell numeric className="font-medium">
        {money(netResult(account))}
      </Cell>
      <Cell>
        <ResultBar share={bar} />
      </Cell>
      <Cell numeric>
        {account.equity.lt(MANY) ? formatDecimal(account.equity, { decimals: 2 }) : formatCompact(account.equity)}
      </Cell>
      <Cell numeric>{money(account.realizedPnl)}</Cell>
      <Cell numeric>{money(account.unrealizedPnl)}</Cell>
      <Cell numeric className="text-muted">
        {formatDecimal(account.fees, { decimals: 2 })}
      </Cell>
      <Cell numeric>{formatCompact(account.volume)}</Cell>
      <Cell numeric>{account.fillCount.toLocaleString("en")}</Cell>
      <Cell numeric>{account.openOrderCount.toLocaleString("en")}</Cell>
      <Cell numeric className="pr-4 text-muted">
        {formatDuration(Date.now() - account.lastFillTime.getTime())} ago
      </Cell>
    </TableRow>
  );
}

/** A bar from the middle: to the right what was won, to the left what was lost. */
function ResultBar({ share }: { share: number }) {
  return (
    <span className="flex h-1.5 w-28 overflow-hidden rounded-full bg-raised" aria-hidden>
      <span className="flex w-1/2 justify-end border-line-strong border-r">
        {share < 0 && <span className="block h-full bg-sell-fill" style={{ width: `${-share * 100}%` }} />}
      </span>
      <span className="w-1/2">
        {share > 0 && <span className="block h-full bg-buy-fill" style={{ width: `${share * 100}%` }} />}
      </span>
    </span>
  );
}
