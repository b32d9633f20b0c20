import type { Fill } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import { useCallback, useMemo } from "react";
import { queryKeys } from "@/app/queries";
import { formatDecimal } from "@/lib/decimal";
import { formatDateTime } from "@/lib/time";
import { EmptyState } from "@/ui/feedback";
import { Amount, CutText, MarketLink, RowCard, SideText, Time } from "./cells";
import { collectPages, type FetchPage } from "./collect-pages";
import { FILL_CSV } from "./csv-columns";
import { type Column, DataTable } from "./data-table";
import { EXPORT_LIMIT, EXPORT_PAGE_SIZE, ExportButton } from "./export-button";
import { FilterMenu } from "./filter-menu";
import { fillPasses, periodStart } from "./filters";
import { fillKey, mergeFills } from "./live-rows";
import { liquidityName } from "./names";
import { PanelToolbar } from "./panel-toolbar";
import type { TabProps } from "./tab-props";
import { MoreRows, NoRows } from "./table-states";
import { usePaged } from "./use-paged";

interface FillsProps extends TabProps {
  /** The latest ones, as the account's stream told them; newest first. */
  readonly live: readonly Fill[];
}

const COLUMNS: readonly Column<Fill>[] = [
  { id: "time", title: "Time", width: 88, cell: (fill) => <Time value={fill.tradeTime} /> },
  { id: "market", title: "Market", width: 84, cell: (fill) => <MarketLink market={fill.market} /> },
  { id: "side", title: "Side", width: 42, cell: (fill) => <SideText side={fill.side} /> },
  { id: "price", title: "Price", width: 88, align: "right", cell: (fill) => <Amount value={fill.price} /> },
  { id: "quantity", title: "Quantity", width: 84, align: "right", cell: (fill) => <Amount value={fill.quantity} /> },
  { id: "amount", title: "Amount", width: 104, align: "right", cell: (fill) => <Amount value={fill.quoteAmount} /> },
  { id: "fee", title: "Fee", width: 90, align: "right", cell: (fill) => <Amount value={fill.fee} /> },
  {
    id: "liquidity",
    title: "Role",
    width: 64,
    cell: (fill) => <span className="text-muted">{liquidityName(fill.liquidity)}</span>,
  },
  { id: "key", title: "Client order id", width: 100, cell: (fill) => <CutText text={fill.clientOrderId} /> },
  {
    id: "trade",
    title: "Trade",
    width: 72,
    align: "right",
    cell: (fill) => <span className="text-muted">{fill.tradeId.toString()}</span>,
  },
];

/** All executions, newest first: pages of the history, with the live ones on top. */
export function Fills({ live, accountId, filter, onFilter, markets, assets }: FillsProps) {
  const client = useExchange();
  const { market, period } = filter;
  const fetchPage = useCallback(
    (pageToken: string, pageSize: number, signal?: AbortSignal) =>
      client.listFills({ market, start: periodStart(period, new Date()), pageSize, pageToken, signal }).page(),
    [client, market, period],
  );
  const list = usePaged(queryKeys.account(accountId, "fills", market, period), (token, signal) =>
    fetchPage(token, 100, signal),
  );
  const merge = useCallback(
    (history: readonly Fill[]) => mergeFills(live, history).filter((fill) => fillPasses(filter, fill)),
    [live, filter],
  );
  const rows = useMemo(() => merge(list.rows), [merge, list.rows]);
  const collect = useCallback(
    async (signal: AbortSignal, onProgress: (count: number) => void) => {
      const fetchLarge: FetchPage<Fill> = (token) => fetchPage(token, EXPORT_PAGE_SIZE, signal);
      const { rows: history, isCut } = await collectPages(fetchLarge, { limit: EXPORT_LIMIT, signal, onProgress });
      return { rows: merge(history), isCut };
    },
    [fetchPage, merge],
  );
  return (
    <>
      <PanelToolbar>
        <FilterMenu
          fields={["market", "side", "period", "clientOrderIdPrefix"]}
          filter={filter}
          onChange={onFilter}
          markets={markets}
          assets={assets}
        />
        <ExportButton what="fills" columns={FILL_CSV} collect={collect} />
      </PanelToolbar>
      <DataTable
        label="Fills"
        columns={COLUMNS}
        rows={rows}
        rowKey={fillKey}
        card={(fill) => (
          <RowCard
            left={[
              <FillName key="name" fill={fill} />,
              <span key="time" className="truncate">
                {formatDateTime(fill.tradeTime)}
              </span>,
            ]}
            right={[
              <Amount key="price" value={fill.price} />,
              <span key="quantity">{formatDecimal(fill.quantity)}</span>,
            ]}
          />
        )}
        onEnd={list.loadMore}
        empty={
          <NoRows list={list}>
            <EmptyState title="No fills in this view" />
          </NoRows>
        }
        footer={<MoreRows list={list} />}
      />
    </>
  );
}

function FillName({ fill }: { fill: Fill }) {
  return (
    <>
      <MarketLink market={fill.market} />
      <SideText side={fill.side} />
      <span className="text-muted">{liquidityName(fill.liquidity)}</span>
    </>
  );
}
