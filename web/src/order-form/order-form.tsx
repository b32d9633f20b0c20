import type { Market, Ticker } from "@exchange/sdk";
import { useAccount, useTicker } from "@exchange/sdk/react";
import { Decimal } from "decimal.js";
import { type FormEvent, type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import { Controller } from "react-hook-form";
import { useAssets } from "@/app/queries";
import { useUiStore } from "@/app/ui-store";
import { decimalsOf, formatDecimal, parseDecimal } from "@/lib/decimal";
import { takesOrders, useLiveStatus, whyNotNow } from "@/market/market-status";
import { useFaucet } from "@/session/faucet";
import { useSession } from "@/session/session-store";
import { Button } from "@/ui/button";
import { Checkbox } from "@/ui/checkbox";
import { cn } from "@/ui/cn";
import { Spinner } from "@/ui/feedback";
import { Field, fieldErrorId, Input } from "@/ui/input";
import { Segmented } from "@/ui/segmented";
import { Select } from "@/ui/select";
import { OrderEstimate } from "./estimate";
import { NumberField } from "./number-field";
import { snapPrice, snapQuantity, stepPrice, stepQuantity } from "./order-maths";
import {
  allowedTimesInForce,
  allowsPostOnly,
  effectiveTimeInForce,
  effectiveUnit,
  hasLimitPrice,
  hasTrigger,
  type OrderKind,
  traitsOf,
} from "./order-values";
import { placeError } from "./server-errors";
import { SideChoice } from "./side-choice";
import { isShown, useOrderForm } from "./use-order-form";
import { useOrderPreview } from "./use-preview";

const KINDS: readonly { value: OrderKind; label: string }[] = [
  { value: "LIMIT", label: "Limit" },
  { value: "MARKET", label: "Market" },
  { value: "STOP", label: "Stop" },
  { value: "TAKE_PROFIT", label: "Take profit" },
];

const EXECUTIONS = [
  { value: "LIMIT", label: "Limit order" },
  { value: "MARKET", label: "Market order" },
] as const;

const TIMES_IN_FORCE = {
  GTC: "Good till canceled",
  GTT: "Good till time",
  IOC: "Immediate or cancel",
  FOK: "Fill or kill",
} as const;

const PARTS = [25, 50, 75, 100] as const;

/** Places orders in one market. Its fields hold text; nothing passes through a floating point number. */
export function OrderForm({ market }: { market: Market }) {
  const session = useSession();
  const account = useAccount();
  // A form must not be rendered for each tick: what it reads of the ticker, it reads when a person does something.
  const ticker = useRef<Ticker>(undefined);
  const assets = useAssets();
  const faucet = useFaucet();
  const setSignInOpen = useUiStore((state) => state.setSignInOpen);
  const order = useOrderForm({ market, assets, balances: account.balances, ticker });
  const { form, values } = order;
  const { errors, isSubmitting } = form.formState;
  const status = useLiveStatus(market);
  const notNow = whyNotNow(status, traitsOf(values));
  const preview = useOrderPreview(notNow ? undefined : order.request);
  // What the exchange would refuse is said while there is still time, at the same place as a refusal.
  const warning =
    preview.error && !preview.isStale ? placeError(preview.error, (place) => isShown(values, place)) : undefined;
  const errorAt = (place: "price" | "triggerPrice" | "size" | "expireTime" | "root") =>
    errors[place]?.message ?? (warning?.place === place ? warning.message : undefined);

  const isBuy = values.side === "BUY";
  const isLimit = hasLimitPrice(values);
  const unit = effectiveUnit(values);
  const timeInForce = effectiveTimeInForce(values);
  const spentAsset = isBuy ? market.quoteAsset : market.baseAsset;
  const priceSteps = {
    snap: (price: Decimal) => snapPrice(price, market.tickSize),
    step: (price: Decimal, ticks: number) => stepPrice(price, ticks, market.tickSize),
    start: () => (isBuy ? ticker.current?.bid : ticker.current?.ask)?.price ?? ticker.current?.lastPrice,
    unit: market.quoteAsset,
  };

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!session) setSignInOpen(true);
    else if (!notNow) void order.submit();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    // First leave the field, which then snaps what it holds.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    order.clear();
  };

  return (
    <form aria-label="Order" noValidate onSubmit={onSubmit} onKeyDown={onKeyDown} className="flex flex-col gap-3 p-3">
      <FollowTicker market={market.name} into={ticker} />
      <fieldset
        disabled={!takesOrders(status)}
        className={cn("flex min-w-0 flex-col gap-3", !takesOrders(status) && "stale")}
      >
        <SideChoice value={values.side} onChange={(side) => form.setValue("side", side)} />
        <Segmented
          label="Order type"
          value={values.kind}
          options={KINDS}
          onChange={(kind) => form.setValue("kind", kind)}
          className="-mx-1 justify-between"
        />

        <div className="grid gap-2">
          {hasTrigger(values) ? (
            <>
              <Controller
                control={form.control}
                name="triggerPrice"
                render={({ field }) => (
                  <NumberField
                    label="Trigger"
                    {...priceSteps}
                    start={() => ticker.current?.lastPrice}
                    value={field.value}
                    onChange={field.onChange}
                    inputRef={field.ref}
                    error={errorAt("triggerPrice")}
                  />
                )}
              />
              <div className="flex items-center justify-between gap-2 text-muted text-xs">
                Then a
                <Segmented
                  label="Order that it becomes"
                  look="boxed"
                  value={values.execution}
                  options={EXECUTIONS}
                  onChange={(execution) => form.setValue("execution", execution)}
                />
              </div>
            </>
          ) : null}

          {isLimit ? (
            <Controller
              control={form.control}
              name="price"
              render={({ field }) => (
                <NumberField
                  label="Price"
                  {...priceSteps}
                  value={field.value}
                  onChange={field.onChange}
                  inputRef={field.ref}
                  error={errorAt("price")}
                />
              )}
            />
          ) : null}

          <Controller
            control={form.control}
            name="size"
            render={({ field }) => (
              <NumberField
                label={unit === "QUOTE" ? "Amount" : "Size"}
                unit={
                  values.kind === "MARKET" ? (
                    <button
                      type="button"
                      className="rounded text-accent hover:underline"
                      aria-label={`In ${unit === "QUOTE" ? market.quoteAsset : market.baseAsset}, change`}
                      onClick={() => {
                        form.setValue("sizeUnit", unit === "QUOTE" ? "BASE" : "QUOTE");
                        form.setValue("size", "");
                      }}
                    >
                      {unit === "QUOTE" ? market.quoteAsset : market.baseAsset}
                    </button>
                  ) : (
                    market.baseAsset
                  )
                }
                value={field.value}
                onChange={field.onChange}
                inputRef={field.ref}
                snap={(size) => (unit === "QUOTE" ? size : snapQuantity(size, market.lotSize))}
                step={(size, steps) =>
                  unit === "QUOTE" ? Decimal.max(size.plus(steps), 0) : stepQuantity(size, steps, market.lotSize)
                }
                start={zero}
                error={errorAt("size")}
              />
            )}
          />

          <fieldset className="grid grid-cols-4 gap-1" aria-label={`Part of the available ${spentAsset}`}>
            {PARTS.map((part) => (
              <Button
                key={part}
                size="xs"
                variant="secondary"
                className="text-muted hover:text-text"
                disabled={!session || order.available.isZero()}
                onClick={() => order.spendPart(new Decimal(part).div(100))}
              >
                {part}%
              </Button>
            ))}
          </fieldset>

          {isLimit ? (
            <TotalField
              unit={market.quoteAsset}
              total={order.total}
              onChange={order.setTotal}
              lotValue={(parseDecimal(values.price) ?? ZERO).times(market.lotSize)}
            />
          ) : null}
        </div>

        <div className="flex min-h-7 items-center justify-between gap-2">
          <Select
            label="Time in force"
            size="sm"
            value={timeInForce}
            options={allowedTimesInForce(values).map((value) => ({ value, label: TIMES_IN_FORCE[value] }))}
            onChange={(value) => form.setValue("timeInForce", value)}
          />
          {isLimit ? (
            <Checkbox
              label="Post-only"
              title="Refused rather than trade at once"
              checked={values.postOnly && allowsPostOnly(values)}
              disabled={!allowsPostOnly(values)}
              onChange={(postOnly) => form.setValue("postOnly", postOnly)}
            />
          ) : null}
        </div>
        {timeInForce === "GTT" ? (
          <Field id="expire-time" label="Expires" error={errorAt("expireTime")}>
            <Input
              id="expire-time"
              type="datetime-local"
              aria-invalid={Boolean(errorAt("expireTime"))}
              aria-describedby={fieldErrorId("expire-time")}
              {...form.register("expireTime")}
            />
          </Field>
        ) : null}

        <Button
          type="submit"
          size="lg"
          variant={isBuy ? "buy" : "sell"}
          disabled={isSubmitting || Boolean(session && notNow)}
          className="font-semibold"
        >
          {isSubmitting ? <Spinner label="Placing the order" /> : null}
          {session ? `${isBuy ? "Buy" : "Sell"} ${market.baseAsset}` : "Sign in to trade"}
        </Button>
      </fieldset>
      <p role={errorAt("root") ? "alert" : undefined} className="-mt-1 text-2xs text-sell empty:hidden">
        {errorAt("root") ?? notNow}
      </p>

      <OrderEstimate market={market} isBuy={isBuy} preview={preview} />
      <dl className="grid gap-1 border-line border-t pt-2.5 text-xs">
        <div className="flex justify-between">
          <dt className="text-muted">Available</dt>
          <dd className={cn(!session && "text-faint")} data-testid="available">
            {session ? `${formatDecimal(order.available)} ${spentAsset}` : "–"}
          </dd>
        </div>
        <div className="flex justify-between">
          <dt className="text-muted">Fees, maker · taker</dt>
          <dd className="text-muted">
            {formatFee(market.makerFeePpm)} · {formatFee(market.takerFeePpm)}
          </dd>
        </div>
      </dl>
      {session && faucet && order.available.isZero() && account.status === "live" ? (
        <Button size="sm" onClick={faucet.give} disabled={faucet.isPending}>
          Take test funds from the faucet
        </Button>
      ) : null}
      <span className="sr-only">
        Prices are multiples of {formatDecimal(market.tickSize, { decimals: decimalsOf(market.tickSize) })}.
      </span>
    </form>
  );
}

/** Keeps the newest ticker where the form finds it; shows nothing. */
function FollowTicker({ market, into }: { market: string; into: RefObject<Ticker | undefined> }) {
  const { ticker } = useTicker(market);
  useEffect(() => {
    into.current = ticker;
  }, [ticker, into]);
  return null;
}

type TotalFieldProps = { unit: string; total: string; onChange: (text: string) => void; lotValue: Decimal };

/** Price × size. What is typed here decides the size; until the field is left it shows what was typed, not what became of it. */
function TotalField({ unit, total, onChange, lotValue }: TotalFieldProps) {
  const [typed, setTyped] = useState<string>();
  return (
    <NumberField
      label="Total"
      unit={unit}
      value={typed ?? total}
      onChange={(text) => {
        setTyped(text);
        onChange(text);
      }}
      onLeave={() => setTyped(undefined)}
      snap={(value) => value}
      step={(value, steps) => Decimal.max(value.plus(lotValue.times(steps)), 0)}
      start={zero}
    />
  );
}

const ZERO = new Decimal(0);
const zero = () => ZERO;

function formatFee(ppm: number): string {
  return `${formatDecimal(new Decimal(ppm).div(10_000))}%`;
}
