import { type Candle, CandleInterval, type Market, type MarketStatus, type Ticker } from "@exchange/sdk";
import { useExchange, useTicker } from "@exchange/sdk/react";
import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useMemo, useState } from "react";
import { Dash, SignedAmount } from "@/account/cells";
import { marketStatusName } from "@/account/names";
import { LoadError, LoadingRows } from "@/account/table-states";
import { useMarkets } from "@/app/queries";
import { navigate, routeHref } from "@/app/router";
import { decimalsOf, formatCompact, formatDecimal, toPlotNumber } from "@/lib/decimal";
import { Badge, EmptyState } from "@/ui/feedback";
import { Input } from "@/ui/input";
import { Cell, HeaderCell, TableHead, TableRow } from "@/ui/table";
import { Card, PageFrame } from "./page-frame";
import { ScrollTable } from "./scroll-table";
import { Sparkline } from "./sparkline";

/** Candles of the small lines, a minute each. */
const LINE_POINTS = 60;
const LINE_REFRESH_MS = 30_000;

/** All markets at a glance, live. */
export function MarketsPage() {
  const { markets, isLoading, error } = useMarkets();
  const [search, setSearch] = useState("");
  const shown = useMemo(
    () => markets.filter((market) => market.name.includes(search.trim().toUpperCase())),
    [markets, search],
  );
  return (
    <PageFrame
      title="Markets"
      description="Change, range and volume are those of the last 24 hours."
      actions={<SearchField value={search} onChange={setSearch} />}
    >
      <Card>
        {markets.length === 0 ? (
          error ? (
            <LoadError error={error} />
          ) : isLoading ? (
            <LoadingRows />
          ) : (
            <EmptyState title="There are no markets yet" />
          )
        ) : shown.length === 0 ? (
          <EmptyState title="No market of that name" />
        ) : (
          <ScrollTable label="Markets">
            <TableHead>
              <tr>
                <HeaderCell className="pl-4">Market</HeaderCell>
                <HeaderCell numeric>Last</HeaderCell>
                <HeaderCell numeric>Change</HeaderCell>
                <HeaderCell className="w-28">Last hour</HeaderCell>
                <HeaderCell numeric>Low</HeaderCell>
                <HeaderCell numeric>High</HeaderCell>
                <HeaderCell numeric>Bid</HeaderCell>
                <HeaderCell numeric>Ask</HeaderCell>
                <HeaderCell numeric>Volume</HeaderCell>
                <HeaderCell className="pr-4">Status</HeaderCell>
              </tr>
            </TableHead>
            <tbody>
              {shown.map((market) => (
                <MarketRow key={market.name} market={market} />
              ))}
            </tbody>
          </ScrollTable>
        )}
      </Card>
    </PageFrame>
  );
}

function SearchField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  return (
    <div className="relative">
      <Search size={14} aria-hidden className="absolute top-2 left-2 text-faint" />
      <Input
        type="search"
        aria-label="Search markets"
        placeholder="Search"
        value={value}
        spellCheck={false}
        autoComplete="off"
        className="h-8! w-44! pl-7.5 text-xs!"
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

function MarketRow({ market }: { market: Market }) {
  const { ticker, status } = useTicker(market.name);
  const decimals = decimalsOf(market.tickSize);
  const price = (value: Ticker["lastPrice"]) => (value ? formatDecimal(value, { decimals }) : <Dash />);
  return (
    <TableRow
      className={`h-12 cursor-pointer ${status === "stale" || status === "reconnecting" ? "stale" : ""}`}
      onClick={() => navigate({ page: "trade", market: market.name })}
    >
      <Cell className="pl-4">
        <a href={routeHref({ page: "trade", market: market.name })} className="font-medium hover:text-accent">
          {market.baseAsset}
          <span className="text-faint">/{market.quoteAsset}</span>
        </a>
      </Cell>
      <Cell numeric className="font-medium">
        {price(ticker?.lastPrice ?? market.lastPrice)}
      </Cell>
      <Cell numeric>
        {ticker?.changePercent ? (
          <SignedAmount
            value={ticker.changePercent}
            text={`${formatDecimal(ticker.changePercent, { decimals: 2, sign: true })}%`}
          />
        ) : (
          <Dash />
        )}
      </Cell>
      <Cell>
        <MarketLine market={market.name} />
      </Cell>
      <Cell numeric className="text-muted">
        {price(ticker?.lowPrice)}
      </Cell>
      <Cell numeric className="text-muted">
        {price(ticker?.highPrice)}
      </Cell>
      <Cell numeric>{price(ticker?.bid?.price)}</Cell>
      <Cell numeric>{price(ticker?.ask?.price)}</Cell>
      <Cell numeric>
        {formatCompact(ticker?.quoteVolume)} <span className="text-faint">{market.quoteAsset}</span>
      </Cell>
      <Cell className="pr-4">
        <StatusBadge status={ticker?.status ?? market.status} />
      </Cell>
    </TableRow>
  );
}

function StatusBadge({ status }: { status: MarketStatus }) {
  return (
    <Badge tone={status === "OPEN" ? "buy" : status === "HALTED" ? "sell" : "warn"}>{marketStatusName(status)}</Badge>
  );
}

function MarketLine({ market }: { market: string }) {
  const client = useExchange();
  const { data } = useQuery({
    queryKey: ["market-line", market],
    queryFn: ({ signal }) =>
      client.listCandles(market, CandleInterval.MINUTE_1, { pageSize: LINE_POINTS, signal }).page(),
    refetchInterval: LINE_REFRESH_MS,
    select: (page: { items: readonly Candle[] }) => closes(page.items),
  });
  return <Sparkline values={data ?? []} />;
}

function closes(candles: readonly Candle[]): number[] {
  return candles.map((candle) => toPlotNumber(candle.close));
}
