import type { Order } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import { useCallback, useMemo } from "react";
import { queryKeys } from "@/app/queries";
import { formatDecimal } from "@/lib/decimal";
import { formatDateTime } from "@/lib/time";
import { Badge, EmptyState } from "@/ui/feedback";
import { Amount, CutText, MarketLink, OrderName, RowCard, SideText, Time } from "./cells";
import { collectPages, type FetchPage } from "./collect-pages";
import { ORDER_CSV } from "./csv-columns";
import { type Column, DataTable } from "./data-table";
import { EXPORT_LIMIT, EXPORT_PAGE_SIZE, ExportButton } from "./export-button";
import { FilterMenu } from "./filter-menu";
import { type AccountFilter, orderPasses, periodStart } from "./filters";
import { mergeOrders } from "./live-rows";
import { closeReason, orderKind, orderState, orderTone } from "./names";
import { PanelToolbar } from "./panel-toolbar";
import type { TabProps } from "./tab-props";
import { MoreRows, NoRows } from "./table-states";
import { usePaged } from "./use-paged";

const COLUMNS: readonly Column<Order>[] = [
  { id: "time", title: "Time", width: 88, cell: (order) => <Time value={order.createTime} /> },
  { id: "market", title: "Market", width: 84, cell: (order) => <MarketLink market={order.market} /> },
  { id: "side", title: "Side", width: 42, cell: (order) => <SideText side={order.side} /> },
  { id: "type", title: "Type", width: 108, cell: (order) => <CutText text={orderKind(order)} /> },
  {
    id: "price",
    title: "Price",
    width: 84,
    align: "right",
    cell: (order) => (order.price ? <Amount value={order.price} /> : <span className="text-muted">Market</span>),
  },
  { id: "average", title: "Average", width: 84, align: "right", cell: (order) => <AveragePrice order={order} /> },
  { id: "quantity", title: "Quantity", width: 80, align: "right", cell: (order) => <Amount value={order.quantity} /> },
  {
    id: "filled",
    title: "Filled",
    width: 80,
    align: "right",
    cell: (order) => <Amount value={order.filledQuantity} />,
  },
  { id: "fee", title: "Fee", width: 80, align: "right", cell: (order) => <Amount value={order.fee} /> },
  {
    id: "status",
    title: "Status",
    width: 150,
    cell: (order) => (
      <>
        <Badge tone={orderTone(order)}>{orderState(order)}</Badge>
        {closeReason(order) && <CutText text={closeReason(order)} className="text-faint" />}
      </>
    ),
  },
  { id: "key", title: "Client order id", width: 96, cell: (order) => <CutText text={order.clientOrderId} /> },
];

interface OrderHistoryProps extends TabProps {
  /** Orders as events told them last. */
  readonly latest: ReadonlyMap<bigint, Order>;
}

/** All orders, newest first: pages of the history, with what events told since. */
export function OrderHistory({ latest, accountId, filter, onFilter, markets, assets }: OrderHistoryProps) {
  const fetchPage = useFetchOrders(filter);
  const list = usePaged(queryKeys.account(accountId, "orders", filter), (token, signal) =>
    fetchPage(token, 100, signal),
  );
  const merge = useCallback(
    (history: readonly Order[], isComplete: boolean) =>
      mergeOrders(latest, history, isComplete).filter((order) => orderPasses(filter, order)),
    [latest, filter],
  );
  const rows = useMemo(() => merge(list.rows, list.isComplete), [merge, list.rows, list.isComplete]);
  const collect = useCallback(
    async (signal: AbortSignal, onProgress: (count: number) => void) => {
      const fetchLarge: FetchPage<Order> = (token) => fetchPage(token, EXPORT_PAGE_SIZE, signal);
      const { rows: history, isCut } = await collectPages(fetchLarge, { limit: EXPORT_LIMIT, signal, onProgress });
      return { rows: merge(history, !isCut), isCut };
    },
    [fetchPage, merge],
  );
  return (
    <>
      <PanelToolbar>
        <FilterMenu
          fields={["market", "side", "status", "period", "clientOrderIdPrefix"]}
          filter={filter}
          onChange={onFilter}
          markets={markets}
          assets={assets}
        />
        <ExportButton what="orders" columns={ORDER_CSV} collect={collect} />
      </PanelToolbar>
      <DataTable
        label="Order history"
        columns={COLUMNS}
        rows={rows}
        rowKey={(order) => order.orderId.toString()}
        card={(order) => (
          <RowCard
            left={[
              <OrderName key="name" order={order} />,
              <span key="time" className="truncate">
                {formatDateTime(order.createTime)}
              </span>,
            ]}
            right={[
              <span key="filled">
                {formatDecimal(order.filledQuantity)} / {formatDecimal(order.quantity)}
              </span>,
              <span key="state">{orderState(order)}</span>,
            ]}
          />
        )}
        onEnd={list.loadMore}
        empty={
          <NoRows list={list}>
            <EmptyState title="No orders in this view" />
          </NoRows>
        }
        footer={<MoreRows list={list} />}
      />
    </>
  );
}

function AveragePrice({ order }: { order: Order }) {
  // An average may have endless digits; 8 decimals are more than any tick here.
  return <Amount value={order.averagePrice?.toDecimalPlaces(8)} />;
}

function useFetchOrders(filter: AccountFilter) {
  const client = useExchange();
  return useCallback(
    (pageToken: string, pageSize: number, signal?: AbortSignal) =>
      client
        .listOrders({
          market: filter.market,
          statuses: filter.status && [filter.status],
          start: periodStart(filter.period, new Date()),
          clientOrderIdPrefix: filter.clientOrderIdPrefix,
          pageSize,
          pageToken,
          signal,
        })
        .page(),
    [client, filter],
  );
}
