import { OrderStatus, type Side } from "@exchange/sdk";
import { ListFilter } from "lucide-react";
import { useId } from "react";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/input";
import { Popover, PopoverContent, PopoverTrigger } from "@/ui/popover";
import { Select } from "@/ui/select";
import { type AccountFilter, limitCount, NO_FILTER, PERIOD_NAMES, PERIODS, type Period } from "./filters";
import { inWords } from "./names";

/** What a tab can be limited by. */
export type FilterField = "market" | "side" | "status" | "asset" | "period" | "clientOrderIdPrefix";

interface FilterMenuProps {
  readonly fields: readonly FilterField[];
  readonly filter: AccountFilter;
  readonly onChange: (filter: AccountFilter) => void;
  readonly markets: readonly string[];
  readonly assets: readonly string[];
}

/** No market has this name, and no asset: it stands for no limit. */
const ANY = "*";
const SIDES = [
  { value: ANY, label: "Both" },
  { value: "BUY", label: "Buy" },
  { value: "SELL", label: "Sell" },
] as const;

/** A button that opens the limits of a tab, with how many of them are set. */
export function FilterMenu({ fields, filter, onChange, markets, assets }: FilterMenuProps) {
  const prefixId = useId();
  const set = (change: Partial<AccountFilter>) => onChange({ ...filter, ...change });
  const count = limitCount(only(fields, filter));
  return (
    <Popover>
      <PopoverTrigger asChild>
        <Button variant="ghost" size="xs" aria-label={count === 0 ? "Filter" : `Filter, ${count} set`}>
          <ListFilter size={13} aria-hidden />
          <span className="max-sm:hidden">Filter</span>
          {count > 0 && <span className="rounded-full bg-accent-fill px-1.5 text-on-accent leading-4">{count}</span>}
        </Button>
      </PopoverTrigger>
      <PopoverContent align="end" aria-label="Filter" className="grid w-64 gap-3 p-3">
        {fields.includes("market") && (
          <Choice
            title="Market"
            value={filter.market ?? ANY}
            options={[{ value: ANY, label: "All markets" }, ...markets.map((name) => ({ value: name, label: name }))]}
            onChange={(value) => set({ market: value === ANY ? undefined : value })}
          />
        )}
        {fields.includes("asset") && (
          <Choice
            title="Asset"
            value={filter.asset ?? ANY}
            options={[{ value: ANY, label: "All assets" }, ...assets.map((name) => ({ value: name, label: name }))]}
            onChange={(value) => set({ asset: value === ANY ? undefined : value })}
          />
        )}
        {fields.includes("side") && (
          <Choice
            title="Side"
            value={filter.side ?? ANY}
            options={SIDES}
            onChange={(value) => set({ side: value === ANY ? undefined : (value as Side) })}
          />
        )}
        {fields.includes("status") && (
          <Choice
            title="Status"
            value={filter.status ?? ANY}
            options={[
              { value: ANY, label: "Any" },
              ...Object.values(OrderStatus).map((status) => ({ value: status, label: inWords(status) })),
            ]}
            onChange={(value) => set({ status: value === ANY ? undefined : (value as OrderStatus) })}
          />
        )}
        {fields.includes("period") && (
          <Choice
            title="Period"
            value={filter.period}
            options={(Object.keys(PERIODS) as Period[]).map((period) => ({
              value: period,
              label: PERIOD_NAMES[period],
            }))}
            onChange={(period) => set({ period: period as Period })}
          />
        )}
        {fields.includes("clientOrderIdPrefix") && (
          <Field id={prefixId} label="Client order id begins with">
            <Input
              id={prefixId}
              value={filter.clientOrderIdPrefix}
              maxLength={64}
              spellCheck={false}
              autoComplete="off"
              className="h-7! text-xs!"
              onChange={(event) => set({ clientOrderIdPrefix: event.target.value.replaceAll(/[^!-~]/g, "") })}
            />
          </Field>
        )}
        <Button size="sm" disabled={count === 0} onClick={() => onChange(NO_FILTER)}>
          Show everything
        </Button>
      </PopoverContent>
    </Popover>
  );
}

interface ChoiceProps {
  readonly title: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
}

function Choice({ title, ...select }: ChoiceProps) {
  return (
    <div className="grid grid-cols-[4.5rem_1fr] items-center gap-2 text-2xs text-muted">
      <span aria-hidden>{title}</span>
      <Select label={title} size="sm" {...select} />
    </div>
  );
}

/** The filter with what a tab does not know left out. */
function only(fields: readonly FilterField[], filter: AccountFilter): AccountFilter {
  const kept = Object.entries(filter).filter(([name]) => fields.includes(name as FilterField));
  return { ...NO_FILTER, ...Object.fromEntries(kept) };
}
