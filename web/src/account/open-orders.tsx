import type { Order } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import { Pencil, X } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { toast } from "sonner";
import { formatDecimal } from "@/lib/decimal";
import { errorText } from "@/lib/errors";
import { Button } from "@/ui/button";
import { Badge, EmptyState, Spinner } from "@/ui/feedback";
import { AmendDialog } from "./amend-dialog";
import { CancelAllButton } from "./cancel-all-button";
import { Amount, CutText, Dash, MarketLink, OrderName, RowCard, SideText, Time } from "./cells";
import { ORDER_CSV } from "./csv-columns";
import { type Column, DataTable } from "./data-table";
import { ExportButton } from "./export-button";
import { FilterMenu } from "./filter-menu";
import { orderPasses } from "./filters";
import { orderKind, orderState, orderTone } from "./names";
import { PanelToolbar } from "./panel-toolbar";
import type { TabProps } from "./tab-props";
import { LoadingRows } from "./table-states";
import { useMarketTerms } from "./use-market-terms";

interface OpenOrdersProps extends TabProps {
  readonly orders: readonly Order[];
  readonly isLoading: boolean;
}

const COLUMNS: readonly Column<Order>[] = [
  { id: "time", title: "Time", width: 72, cell: (order) => <Time value={order.createTime} /> },
  { id: "market", title: "Market", width: 84, cell: (order) => <MarketLink market={order.market} /> },
  { id: "side", title: "Side", width: 40, cell: (order) => <SideText side={order.side} /> },
  { id: "type", title: "Type", width: 100, cell: (order) => <CutText text={orderKind(order)} /> },
  { id: "price", title: "Price", width: 76, align: "right", cell: (order) => <OrderPrice order={order} /> },
  {
    id: "trigger",
    title: "Trigger",
    width: 70,
    align: "right",
    cell: (order) => <Amount value={order.triggerPrice} />,
  },
  {
    id: "quantity",
    title: "Quantity",
    width: 78,
    align: "right",
    cell: (order) => <Amount value={order.quantity} />,
  },
  { id: "filled", title: "Filled", width: 98, align: "right", cell: (order) => <FilledShare order={order} /> },
  {
    id: "status",
    title: "Status",
    width: 88,
    cell: (order) => <Badge tone={orderTone(order)}>{orderState(order)}</Badge>,
  },
  { id: "key", title: "Client order id", width: 90, cell: (order) => <CutText text={order.clientOrderId} /> },
];

/** Orders that rest in a book or wait for their trigger, newest first: live, with what can be done to them. */
export function OpenOrders({ orders, isLoading, filter, onFilter, markets, assets }: OpenOrdersProps) {
  const [amending, setAmending] = useState<Order>();
  const { canceling, cancel } = useCancel();
  const terms = useMarketTerms();
  const rows = useMemo(
    () => orders.filter((order) => orderPasses({ ...filter, status: undefined }, order)).reverse(),
    [orders, filter],
  );
  const actions = useCallback(
    (order: Order) => (
      <OrderActions order={order} isCanceling={canceling.has(order.orderId)} onAmend={setAmending} onCancel={cancel} />
    ),
    [canceling, cancel],
  );
  const hasTriggers = rows.some((order) => order.triggerPrice !== undefined);
  const columns = useMemo<Column<Order>[]>(
    () => [
      ...COLUMNS.filter((column) => column.id !== "trigger" || hasTriggers),
      { id: "actions", title: "", label: "Actions", isPinned: true, width: 64, align: "right", cell: actions },
    ],
    [hasTriggers, actions],
  );
  return (
    <>
      <PanelToolbar>
        <FilterMenu
          fields={["market", "side", "clientOrderIdPrefix"]}
          filter={filter}
          onChange={onFilter}
          markets={markets}
          assets={assets}
        />
        <ExportButton what="open orders" columns={ORDER_CSV} collect={async () => ({ rows, isCut: false })} />
        <CancelAllButton orders={rows} filter={filter} />
      </PanelToolbar>
      <DataTable
        label="Open orders"
        columns={columns}
        rows={rows}
        rowKey={(order) => order.orderId.toString()}
        card={(order) => (
          <RowCard
            left={[
              <OrderName key="name" order={order} />,
              <CutText key="key" text={[orderState(order), order.clientOrderId].filter(Boolean).join(" · ")} />,
            ]}
            right={[
              <CardPrice key="price" order={order} />,
              <span key="filled">
                {formatDecimal(order.filledQuantity)} / {formatDecimal(order.quantity)}
              </span>,
            ]}
            actions={actions(order)}
          />
        )}
        empty={
          isLoading ? (
            <LoadingRows />
          ) : (
            <EmptyState title={orders.length === 0 ? "No open orders" : "No open order passes the filter"} />
          )
        }
      />
      {amending && (
        <AmendDialog
          // What is amended is the order as it is now; when it has ended meanwhile, the exchange says so.
          order={orders.find((order) => order.orderId === amending.orderId) ?? amending}
          market={terms.get(amending.market)}
          onClose={() => setAmending(undefined)}
        />
      )}
    </>
  );
}

function OrderPrice({ order }: { order: Order }) {
  const price = order.price ?? order.peggedPrice;
  return price === undefined ? <span className="text-muted">Market</span> : <Amount value={price} />;
}

/** What an order waits for and then trades at, where there is no column for either. */
function CardPrice({ order }: { order: Order }) {
  if (order.status !== "PENDING_TRIGGER" || !order.triggerPrice) return <OrderPrice order={order} />;
  return (
    <>
      <Amount value={order.triggerPrice} />
      <span className="text-faint">→</span>
      <OrderPrice order={order} />
    </>
  );
}

/** How much has traded, with a bar of its share. */
function FilledShare({ order }: { order: Order }) {
  if (order.filledQuantity.isZero()) {
    return <Dash />;
  }
  const share = order.filledQuantity.div(order.quantity).times(100).toNumber();
  return (
    <>
      <span className="h-1 w-6 shrink-0 overflow-hidden rounded bg-raised" aria-hidden>
        <span className="block h-full bg-accent" style={{ width: `${share}%` }} />
      </span>
      <Amount value={order.filledQuantity} />
    </>
  );
}

interface OrderActionsProps {
  readonly order: Order;
  readonly isCanceling: boolean;
  readonly onAmend: (order: Order) => void;
  readonly onCancel: (order: Order) => void;
}

function OrderActions({ order, isCanceling, onAmend, onCancel }: OrderActionsProps) {
  const which = `order ${order.orderId}`;
  return (
    <>
      <Button variant="ghost" size="icon-sm" aria-label={`Amend ${which}`} title="Amend" onClick={() => onAmend(order)}>
        <Pencil size={13} aria-hidden />
      </Button>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label={`Cancel ${which}`}
        title="Cancel"
        disabled={isCanceling}
        onClick={() => onCancel(order)}
      >
        {isCanceling ? <Spinner size={13} label="Canceling" /> : <X size={14} aria-hidden />}
      </Button>
    </>
  );
}

/** Cancel orders one by one; those on their way are marked, so that none is sent twice. */
function useCancel() {
  const client = useExchange();
  const [canceling, setCanceling] = useState<ReadonlySet<bigint>>(new Set());
  const cancel = useCallback(
    async ({ orderId }: Order) => {
      setCanceling((ids) => new Set(ids).add(orderId));
      try {
        await client.cancelOrder({ orderId });
      } catch (error) {
        toast.error("The order was not canceled", { description: errorText(error) });
      } finally {
        setCanceling((ids) => new Set([...ids].filter((id) => id !== orderId)));
      }
    },
    [client],
  );
  return { canceling, cancel };
}
