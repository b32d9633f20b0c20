import { type Market, MarketStatus } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus, SlidersHorizontal } from "lucide-react";
import { toast } from "sonner";
import { marketStatusName } from "@/account/names";
import { queryKeys, useAssets, useMarkets } from "@/app/queries";
import { formatDecimal } from "@/lib/decimal";
import { errorText } from "@/lib/errors";
import { useLiveStatus } from "@/market/market-status";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/feedback";
import { Select } from "@/ui/select";
import { Cell, HeaderCell, TableHead, TableRow } from "@/ui/table";
import { FormDialog, type FormField } from "./form-dialog";
import { describeProtection, PROTECTION_FIELDS, protectionTexts, readProtection } from "./protection-form";
import { ScrollTable } from "./scroll-table";
import { SectionBar } from "./section-bar";

const STATUSES = Object.values(MarketStatus).map((status) => ({ value: status, label: marketStatusName(status) }));

/** Every market with its terms: what it accepts and what it refuses can be set, and new ones made. */
export function AdminMarkets() {
  const { markets } = useMarkets();
  return (
    <>
      <SectionBar text={`${markets.length} markets`}>
        <NewMarket />
      </SectionBar>
      {markets.length === 0 ? (
        <EmptyState title="There are no markets yet" />
      ) : (
        <ScrollTable label="Markets">
          <TableHead>
            <tr>
              <HeaderCell className="pl-4">Market</HeaderCell>
              <HeaderCell numeric>Tick</HeaderCell>
              <HeaderCell numeric>Lot</HeaderCell>
              <HeaderCell numeric>Maker fee</HeaderCell>
              <HeaderCell numeric>Taker fee</HeaderCell>
              <HeaderCell>Limits</HeaderCell>
              <HeaderCell className="pr-4">Status</HeaderCell>
            </tr>
          </TableHead>
          <tbody>
            {markets.map((market) => (
              <MarketRow key={market.name} market={market} />
            ))}
          </tbody>
        </ScrollTable>
      )}
    </>
  );
}

function MarketRow({ market }: { market: Market }) {
  const limits = describeProtection(market);
  return (
    <TableRow className="h-11">
      <Cell className="pl-4 font-medium">{market.name}</Cell>
      <Cell numeric>{formatDecimal(market.tickSize)}</Cell>
      <Cell numeric>{formatDecimal(market.lotSize)}</Cell>
      <Cell numeric>{feePercent(market.makerFeePpm)}</Cell>
      <Cell numeric>{feePercent(market.takerFeePpm)}</Cell>
      <Cell>
        <span className="flex items-center gap-2">
          <ProtectionDialog market={market} />
          <span className="max-w-64 truncate text-muted" title={limits}>
            {limits}
          </span>
        </span>
      </Cell>
      <Cell className="pr-4">
        <StatusSelect market={market} />
      </Cell>
    </TableRow>
  );
}

/** Millionths as percent: 400 is `0.04%`. */
function feePercent(ppm: number): string {
  return `${(ppm / 10_000).toLocaleString("en", { maximumFractionDigits: 4 })}%`;
}

function StatusSelect({ market }: { market: Market }) {
  const client = useExchange();
  const queries = useQueryClient();
  const present = useLiveStatus(market);
  const set = useMutation({
    mutationFn: (status: MarketStatus) => client.setMarketStatus(market.name, status),
    onSuccess: (changed) => {
      toast.success(`${changed.name} is ${marketStatusName(changed.status).toLowerCase()}`);
      return queries.invalidateQueries({ queryKey: queryKeys.markets });
    },
    onError: (error) => toast.error("The status was not set", { description: errorText(error) }),
  });
  return (
    <Select
      label={`Status of ${market.name}`}
      size="sm"
      className="w-32"
      value={set.isPending ? set.variables : present}
      options={STATUSES}
      disabled={set.isPending}
      onChange={(status) => status !== present && set.mutate(status)}
    />
  );
}

function ProtectionDialog({ market }: { market: Market }) {
  const client = useExchange();
  const queries = useQueryClient();
  const texts = protectionTexts(market.protection);
  return (
    <FormDialog
      trigger={
        <Button size="icon-sm" variant="ghost" aria-label={`Limits of ${market.name}`} title="Set limits">
          <SlidersHorizontal size={13} aria-hidden />
        </Button>
      }
      title={`Limits of ${market.name}`}
      description="What is left empty is not limited. They act on orders that come after."
      fields={PROTECTION_FIELDS.map((field) => ({ ...field, initial: texts[field.name] }))}
      submitLabel="Set limits"
      onSubmit={async (values) => {
        const changed = await client.setMarketProtection(market.name, readProtection(values));
        await queries.invalidateQueries({ queryKey: queryKeys.markets });
        return `The limits of ${changed.name} are set`;
      }}
    />
  );
}

type MarketFieldName =
  | "base_asset"
  | "quote_asset"
  | "tick_size"
  | "lot_size"
  | "min_notional"
  | "maker_fee_ppm"
  | "taker_fee_ppm";

function NewMarket() {
  const client = useExchange();
  const queries = useQueryClient();
  const assets = useAssets().map(({ name }) => ({ value: name, label: name }));
  const fields: readonly FormField<MarketFieldName>[] = [
    { name: "base_asset", label: "Base asset", hint: "what is traded", options: assets, initial: assets[0]?.value },
    { name: "quote_asset", label: "Quote asset", hint: "what is paid", options: assets, initial: assets.at(-1)?.value },
    { name: "tick_size", label: "Tick size", hint: "step of prices", kind: "decimal", initial: "0.01" },
    { name: "lot_size", label: "Lot size", hint: "step of quantities", kind: "decimal", initial: "0.001" },
    { name: "min_notional", label: "Least amount", hint: "quote units", kind: "decimal", initial: "1" },
    {
      name: "maker_fee_ppm",
      label: "Maker fee",
      hint: "millionths, negative for a rebate",
      kind: "integer",
      initial: "100",
    },
    { name: "taker_fee_ppm", label: "Taker fee", hint: "millionths", kind: "integer", initial: "400" },
  ];
  const create = async (values: Readonly<Record<MarketFieldName, string>>) => {
    const market = await client.createMarket({
      baseAsset: values.base_asset,
      quoteAsset: values.quote_asset,
      tickSize: values.tick_size.trim(),
      lotSize: values.lot_size.trim(),
      minNotional: values.min_notional.trim(),
      makerFeePpm: Number(values.maker_fee_ppm),
      takerFeePpm: Number(values.taker_fee_ppm),
    });
    await queries.invalidateQueries({ queryKey: queryKeys.markets });
    return `Market ${market.name} is ${marketStatusName(market.status).toLowerCase()}`;
  };
  return (
    <FormDialog
      trigger={
        <Button size="sm" variant="primary" disabled={assets.length < 2}>
          <Plus size={14} aria-hidden />
          New market
        </Button>
      }
      title="New market"
      description="It opens at once. Its terms can not be changed later, only its status and limits."
      fields={fields}
      submitLabel="Create market"
      onSubmit={create}
    />
  );
}
