import type { Fill, LedgerEntry } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import { useCallback } from "react";
import { queryKeys } from "@/app/queries";
import { formatDecimal } from "@/lib/decimal";
import { formatDateTime } from "@/lib/time";
import { EmptyState } from "@/ui/feedback";
import { Dash, MarketLink, RowCard, SignedAmount, Time } from "./cells";
import { collectPages, type FetchPage } from "./collect-pages";
import { LEDGER_CSV } from "./csv-columns";
import { type Column, DataTable } from "./data-table";
import { EXPORT_LIMIT, EXPORT_PAGE_SIZE, ExportButton } from "./export-button";
import { FilterMenu } from "./filter-menu";
import { ledgerTells, periodStart } from "./filters";
import { isBehind } from "./live-rows";
import { ledgerKindName } from "./names";
import { PanelToolbar } from "./panel-toolbar";
import type { TabProps } from "./tab-props";
import { MoreRows, NoRows } from "./table-states";
import { useMarketTerms } from "./use-market-terms";
import { usePaged } from "./use-paged";

const COLUMNS: readonly Column<LedgerEntry>[] = [
  { id: "time", title: "Time", width: 88, cell: (entry) => <Time value={entry.bookTime} /> },
  { id: "kind", title: "Reason", width: 72, cell: (entry) => ledgerKindName(entry.kind) },
  { id: "asset", title: "Asset", width: 64, cell: (entry) => entry.asset },
  {
    id: "amount",
    title: "Amount",
    width: 140,
    align: "right",
    cell: (entry) => <LedgerAmount entry={entry} />,
  },
  {
    id: "market",
    title: "Market",
    width: 96,
    cell: (entry) => (entry.market === "" ? <Dash /> : <MarketLink market={entry.market} />),
  },
  {
    id: "trade",
    title: "Trade",
    width: 80,
    align: "right",
    cell: (entry) => (entry.tradeId === 0n ? <Dash /> : <span className="text-muted">{entry.tradeId.toString()}</span>),
  },
  {
    id: "sequence",
    title: "Command",
    width: 90,
    align: "right",
    cell: (entry) => <span className="text-muted">{entry.sequence.toString()}</span>,
  },
];

interface LedgerProps extends TabProps {
  /** The account's fills as they are told live, newest first. */
  readonly fills: readonly Fill[];
}

/** Every change of a balance, newest first. No stream tells of them: they are asked for until each fill is there. */
export function Ledger({ fills, accountId, filter, onFilter, markets, assets }: LedgerProps) {
  const client = useExchange();
  const { asset, period } = filter;
  const fetchPage = useCallback(
    (pageToken: string, pageSize: number, signal?: AbortSignal) =>
      client.listLedgerEntries({ asset, start: periodStart(period, new Date()), pageSize, pageToken, signal }).page(),
    [client, asset, period],
  );
  const terms = useMarketTerms();
  const newest = fills.find((fill) => ledgerTells(filter, fill, terms.get(fill.market), new Date()));
  const list = usePaged(
    queryKeys.account(accountId, "ledger", asset, period),
    (token, signal) => fetchPage(token, 100, signal),
    (entries) => newest !== undefined && isBehind(entries, newest),
  );
  const collect = useCallback(
    (signal: AbortSignal, onProgress: (count: number) => void) => {
      const fetchLarge: FetchPage<LedgerEntry> = (token) => fetchPage(token, EXPORT_PAGE_SIZE, signal);
      return collectPages(fetchLarge, { limit: EXPORT_LIMIT, signal, onProgress });
    },
    [fetchPage],
  );
  return (
    <>
      <PanelToolbar>
        <FilterMenu
          fields={["asset", "period"]}
          filter={filter}
          onChange={onFilter}
          markets={markets}
          assets={assets}
        />
        <ExportButton what="ledger" columns={LEDGER_CSV} collect={collect} />
      </PanelToolbar>
      <DataTable
        label="Ledger"
        columns={COLUMNS}
        rows={list.rows}
        rowKey={(entry) => `${entry.sequence}/${entry.line}`}
        card={(entry) => (
          <RowCard
            left={[
              <span key="kind">{ledgerKindName(entry.kind)}</span>,
              <span key="time" className="truncate">
                {formatDateTime(entry.bookTime)}
              </span>,
            ]}
            right={[<LedgerAmount key="amount" entry={entry} />, <span key="asset">{entry.asset}</span>]}
          />
        )}
        onEnd={list.loadMore}
        empty={
          <NoRows list={list}>
            <EmptyState title="No ledger entries in this view" />
          </NoRows>
        }
        footer={<MoreRows list={list} />}
      />
    </>
  );
}

function LedgerAmount({ entry }: { entry: LedgerEntry }) {
  return <SignedAmount value={entry.amount} text={formatDecimal(entry.amount, { sign: true })} />;
}
