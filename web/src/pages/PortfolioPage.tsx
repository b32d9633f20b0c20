import type { EquityPoint, Portfolio, Position } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Amount, MarketLink, SignedAmount } from "@/account/cells";
import { queryKeys } from "@/app/queries";
import { formatCompact, formatDecimal } from "@/lib/decimal";
import { formatDateTime } from "@/lib/time";
import { EmptyState } from "@/ui/feedback";
import { Segmented } from "@/ui/segmented";
import { Cell, HeaderCell, TableHead, TableRow } from "@/ui/table";
import { BalancesCard } from "./balances-card";
import { EquityChart } from "./equity-chart";
import {
  EQUITY_RANGES,
  type EquityChange,
  type EquityRange,
  equityChange,
  equitySeries,
  rangeStart,
} from "./equity-series";
import { Card, Figure, PageFrame, SignedIn } from "./page-frame";
import { netOf, portfolioTotals } from "./portfolio-figures";
import { QueryView } from "./query-view";
import { QuoteAssetSelect } from "./quote-asset-select";
import { ScrollTable } from "./scroll-table";

/** How often figures are asked for anew: they move with every price. */
const REFRESH_MS = 4_000;
/** A point a minute is written; oftener asks for the same. */
const EQUITY_REFRESH_MS = 30_000;
const POINTS = 600;

/** What the account is worth, how that went, and what trading has won or lost. */
export function PortfolioPage() {
  return (
    <SignedIn title="Portfolio">
      {({ accountId }) => <AccountPortfolio key={accountId} accountId={accountId} />}
    </SignedIn>
  );
}

function AccountPortfolio({ accountId }: { accountId: string }) {
  const client = useExchange();
  const [chosen, setChosen] = useState<string>();
  const portfolio = useQuery({
    queryKey: queryKeys.account(accountId, "portfolio", chosen),
    queryFn: ({ signal }) => client.getPortfolio({ quoteAsset: chosen, signal }),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  const quoteAsset = chosen ?? portfolio.data?.quoteAsset;
  return (
    <PageFrame
      title="Portfolio"
      description="Balances at the last prices; results count fills, not deposits."
      actions={<QuoteAssetSelect value={quoteAsset} onChange={setChosen} />}
    >
      <QueryView query={portfolio}>
        {(data) => (
          <div className="grid gap-4">
            <EquityCard accountId={accountId} portfolio={data} />
            <PositionsCard portfolio={data} />
            <BalancesCard quoteAsset={data.quoteAsset} />
          </div>
        )}
      </QueryView>
    </PageFrame>
  );
}

function EquityCard({ accountId, portfolio }: { accountId: string; portfolio: Portfolio }) {
  const client = useExchange();
  const [range, setRange] = useState<EquityRange>("1D");
  const [hovered, setHovered] = useState<number>();
  const { quoteAsset, equity } = portfolio;
  const history = useQuery({
    queryKey: queryKeys.account(accountId, "equity", quoteAsset, range),
    queryFn: ({ signal }) =>
      client.listEquity({ quoteAsset, start: rangeStart(range, new Date()), maxPoints: POINTS, signal }),
    refetchInterval: EQUITY_REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  const points = history.data?.points;
  const series = useMemo(() => equitySeries(points ?? []), [points]);
  const change = equityChange(points ?? [], equity);
  const point = hovered === undefined ? undefined : points?.[hovered];
  const totals = portfolioTotals(portfolio.positions);
  return (
    <Card>
      <div className="flex flex-wrap items-start justify-between gap-3 px-4 pt-4">
        <div>
          <p className="text-2xs text-muted">Equity</p>
          <p className="font-semibold text-2xl tracking-tight" data-testid="equity">
            {formatDecimal(equity, { decimals: 2 })}{" "}
            <span className="font-normal text-base text-faint">{quoteAsset}</span>
          </p>
          <EquityNote point={point} change={change} range={range} />
        </div>
        <Segmented
          label="Time shown"
          value={range}
          options={(Object.keys(EQUITY_RANGES) as EquityRange[]).map((name) => ({ value: name, label: name }))}
          onChange={setRange}
        />
      </div>
      <div className="px-2 pb-2">
        <QueryView query={history} className="h-[262px]">
          {(data) =>
            data.points.length < 2 ? (
              <EmptyState title="The line begins with the second minute of trading" className="h-[260px]" />
            ) : (
              <EquityChart
                series={series}
                onHover={setHovered}
                label={`Equity over time, now ${formatDecimal(equity, { decimals: 2 })} ${quoteAsset}`}
              />
            )
          }
        </QueryView>
      </div>
      <dl className="grid grid-cols-2 gap-4 border-line border-t px-4 py-4 sm:grid-cols-3 lg:grid-cols-5">
        <Figure name="Result after fees">
          <SignedAmount value={totals.net} text={formatDecimal(totals.net, { decimals: 2, sign: true })} />
        </Figure>
        <Figure name="Realized">
          <SignedAmount value={totals.realized} text={formatDecimal(totals.realized, { decimals: 2, sign: true })} />
        </Figure>
        <Figure name="Unrealized">
          <SignedAmount
            value={totals.unrealized}
            text={formatDecimal(totals.unrealized, { decimals: 2, sign: true })}
          />
        </Figure>
        <Figure name="Fees paid">{formatDecimal(totals.fees, { decimals: 2 })}</Figure>
        <Figure name="Volume" hint={`${totals.fillCount.toLocaleString("en")} fills`}>
          {formatCompact(totals.volume)}
        </Figure>
      </dl>
    </Card>
  );
}

interface EquityNoteProps {
  /** Under the pointer. */
  readonly point: EquityPoint | undefined;
  readonly change: EquityChange | undefined;
  readonly range: EquityRange;
}

/** One line below the figure: the point that is looked at, else how equity has changed. */
function EquityNote({ point, change, range }: EquityNoteProps) {
  if (point) {
    return (
      <p className="h-5 text-muted text-xs">
        {formatDecimal(point.equity, { decimals: 2 })} on {formatDateTime(point.time)}
      </p>
    );
  }
  return (
    <p className="h-5 text-xs">
      {change && (
        <>
          <SignedAmount value={change.amount} text={formatDecimal(change.amount, { decimals: 2, sign: true })} />
          {change.percent && (
            <SignedAmount
              value={change.percent}
              text={` (${formatDecimal(change.percent, { decimals: 2, sign: true })}%)`}
            />
          )}
          <span className="text-faint">
            {" "}
            {range === "All" ? "since the first minute" : `in ${range}`}, deposits included
          </span>
        </>
      )}
    </p>
  );
}

function PositionsCard({ portfolio }: { portfolio: Portfolio }) {
  const { positions, quoteAsset } = portfolio;
  return (
    <Card title="Results by market">
      {positions.length === 0 ? (
        <EmptyState title={`No fills in a market of ${quoteAsset} yet`} />
      ) : (
        <ScrollTable label="Results by market">
          <TableHead>
            <tr>
              <HeaderCell className="pl-4">Market</HeaderCell>
              <HeaderCell numeric>Bought − sold</HeaderCell>
              <HeaderCell numeric>Average price</HeaderCell>
              <HeaderCell numeric>Realized</HeaderCell>
              <HeaderCell numeric>Unrealized</HeaderCell>
              <HeaderCell numeric>Fees</HeaderCell>
              <HeaderCell numeric>Result</HeaderCell>
              <HeaderCell numeric>Volume</HeaderCell>
              <HeaderCell numeric className="pr-4">
                Last fill
              </HeaderCell>
            </tr>
          </TableHead>
          <tbody>
            {positions.map((position) => (
              <PositionRow key={position.market} position={position} />
            ))}
          </tbody>
        </ScrollTable>
      )}
    </Card>
  );
}

function PositionRow({ position }: { position: Position }) {
  const money = (value: Position["fees"]) => (
    <SignedAmount value={value} text={formatDecimal(value, { decimals: 2, sign: true })} />
  );
  return (
    <TableRow>
      <Cell className="pl-4 font-medium">
        <MarketLink market={position.market} />
      </Cell>
      <Cell numeric>{formatDecimal(position.netQuantity, { sign: true })}</Cell>
      <Cell numeric>
        <Amount value={position.averagePrice?.toDecimalPlaces(4)} />
      </Cell>
      <Cell numeric>{money(position.realizedPnl)}</Cell>
      <Cell numeric>{money(position.unrealizedPnl)}</Cell>
      <Cell numeric>{formatDecimal(position.fees, { decimals: 2 })}</Cell>
      <Cell numeric>{money(netOf(position))}</Cell>
      <Cell numeric>{formatCompact(position.volume)}</Cell>
      <Cell numeric className="pr-4 text-muted">
        {formatDateTime(position.lastFillTime)}
      </Cell>
    </TableRow>
  );
}
