import type { LedgerEntry } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
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
import { periodStart } from "./filters";
import { ledgerKindName } from "./names";
import { PanelToolbar } from "./panel-toolbar";
import type { TabProps } from "./tab-props";
import { MoreRows, NoRows } from "./table-states";
import { usePaged } from "./use-paged";

/** History is this far behind at most, as a rule: when it is asked again after an event. */
const CATCH_UP_MS = 1500;

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
  /** When the account's newest fill was, if it has any. */
  readonly lastFillNs: bigint | undefined;
}

/** Every change of a balance, newest first. */
export function Ledger({ lastFillNs, accountId, filter, onFilter, markets, assets }: LedgerProps) {
  const client = useExchange();
  const { asset, period } = filter;
  const fetchPage = useCallback(
    (pageToken: string, pageSize: number, signal?: AbortSignal) =>
      client.listLedgerEntries({ asset, start: periodStart(period, new Date()), pageSize, pageToken, signal }).page(),
    [client, asset, period],
  );
  const list = usePaged(queryKeys.account(accountId, "ledger", asset, period), (token, signal) =>
    fetchPage(token, 100, signal),
  );
  useAskAgainAfterFills(accountId, lastFillNs);
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

/**
 * No stream tells ledger entries: the history is asked again a moment after a fill, once for many. So it is a moment
 * after the list is first shown, because it may not have known the newest fill then.
 */
function useAskAgainAfterFills(accountId: string, lastFillNs: bigint | undefined): void {
  const queries = useQueryClient();
  const newest = useRef(lastFillNs);
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    newest.current = lastFillNs;
    const ask = (): void => {
      const known = newest.current;
      waiting.current = setTimeout(() => {
        waiting.current = undefined;
        void queries.invalidateQueries({ queryKey: queryKeys.account(accountId, "ledger") });
        if (newest.current !== known) {
          ask();
        }
      }, CATCH_UP_MS);
    };
    if (lastFillNs !== undefined && waiting.current === undefined) {
      ask();
    }
  }, [queries, accountId, lastFillNs]);
  useEffect(
    () => () => {
      clearTimeout(waiting.current);
      waiting.current = undefined;
    },
    [],
  );
}
