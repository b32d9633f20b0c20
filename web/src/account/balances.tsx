import type { Balance } from "@exchange/sdk";
import { formatDecimal } from "@/lib/decimal";
import { EmptyState } from "@/ui/feedback";
import { Amount, RowCard } from "./cells";
import { BALANCE_CSV } from "./csv-columns";
import { type Column, DataTable } from "./data-table";
import { ExportButton } from "./export-button";
import { PanelToolbar } from "./panel-toolbar";
import { LoadingRows } from "./table-states";

const COLUMNS: readonly Column<Balance>[] = [
  { id: "asset", title: "Asset", width: 90, cell: (balance) => <span className="font-medium">{balance.asset}</span> },
  { id: "total", title: "Total", width: 150, align: "right", cell: (balance) => <Amount value={balance.total} /> },
  {
    id: "available",
    title: "Available",
    width: 150,
    align: "right",
    cell: (balance) => <Amount value={balance.available} />,
  },
  {
    id: "reserved",
    title: "In open orders",
    width: 150,
    align: "right",
    cell: (balance) => <Amount value={balance.reserved} className={balance.reserved.isZero() ? "text-faint" : ""} />,
  },
];

/** What the account holds, live: free to use, and held for open orders. */
export function Balances({ balances, isLoading }: { balances: readonly Balance[]; isLoading: boolean }) {
  return (
    <>
      <PanelToolbar>
        <ExportButton what="balances" columns={BALANCE_CSV} collect={async () => ({ rows: balances, isCut: false })} />
      </PanelToolbar>
      <DataTable
        label="Balances"
        columns={COLUMNS}
        rows={balances}
        rowKey={(balance) => balance.asset}
        card={(balance) => (
          <RowCard
            left={[
              <span key="asset" className="font-medium">
                {balance.asset}
              </span>,
              <span key="reserved">{formatDecimal(balance.reserved)} in open orders</span>,
            ]}
            right={[
              <Amount key="total" value={balance.total} />,
              <span key="available">{formatDecimal(balance.available)} available</span>,
            ]}
          />
        )}
        empty={isLoading ? <LoadingRows /> : <EmptyState title="Nothing here yet: the faucet gives test money" />}
      />
    </>
  );
}
