import { type Asset, type Balance, type Market, newKey, type Ticker } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import { zodResolver } from "@hookform/resolvers/zod";
import { Decimal } from "decimal.js";
import { type RefObject, useEffect, useMemo, useRef } from "react";
import { type UseFormReturn, useForm } from "react-hook-form";
import { toast } from "sonner";
import { useUiStore } from "@/app/ui-store";
import { parseDecimal, toPlainText } from "@/lib/decimal";
import { affordableAmount, affordableQuantity, notionalOf, quantityFor, snapQuantity } from "./order-maths";
import { orderSchema } from "./order-schema";
import {
  EMPTY_ORDER,
  effectiveTimeInForce,
  effectiveUnit,
  hasLimitPrice,
  hasTrigger,
  type OrderRequest,
  type OrderValues,
  toOrderRequest,
} from "./order-values";
import { type ErrorPlace, placeError } from "./server-errors";

const ZERO = new Decimal(0);
/** What is assumed of an asset that is not known yet; the exchange checks the rest. */
const DECIMALS_UNKNOWN = 6;

export type OrderFormContext = {
  market: Market;
  assets: readonly Asset[];
  balances: readonly Balance[];
  /** The newest one; read when it is needed. */
  ticker: RefObject<Ticker | undefined>;
};

export type OrderForm = {
  form: UseFormReturn<OrderValues>;
  values: OrderValues;
  /** What would be sent; undefined while something is missing or wrong. */
  request: OrderRequest | undefined;
  /** Available to spend: quote units to buy, base units to sell. */
  available: Decimal;
  /** Price × quantity as text, for the field that shows it; empty while either is missing. */
  total: string;
  setTotal: (text: string) => void;
  spendPart: (part: Decimal) => void;
  submit: () => Promise<void>;
  clear: () => void;
};

/** The order form's state and what can be done to it; how it looks is no matter of this. */
export function useOrderForm({ market, assets, balances, ticker }: OrderFormContext): OrderForm {
  const client = useExchange();
  const quoteDecimals = assets.find((asset) => asset.name === market.quoteAsset)?.decimals ?? DECIMALS_UNKNOWN;
  const schema = useMemo(() => orderSchema(market, quoteDecimals), [market, quoteDecimals]);
  const form = useForm<OrderValues>({
    defaultValues: EMPTY_ORDER,
    resolver: zodResolver(schema),
    mode: "onSubmit",
    reValidateMode: "onChange",
  });
  const values = form.watch();
  const request = schema.safeParse(values).success ? toOrderRequest(values, market.name) : undefined;
  const isBuy = values.side === "BUY";
  const spent = isBuy ? market.quoteAsset : market.baseAsset;
  const available = balances.find((balance) => balance.asset === spent)?.available ?? ZERO;

  const set = (name: "price" | "size" | "sizeUnit", value: string) =>
    form.setValue(name, value, { shouldValidate: form.formState.isSubmitted, shouldDirty: true });

  const price = parseDecimal(values.price);
  const size = parseDecimal(values.size);
  const total = notionalOf(price, size);

  const setTotal = (text: string) => {
    const amount = parseDecimal(text);
    const quantity = amount && price && quantityFor(amount, price, market.lotSize);
    if (quantity) set("size", toPlainText(quantity));
  };

  const spendPart = (part: Decimal) => {
    if (values.kind === "MARKET" && isBuy) {
      set("sizeUnit", "QUOTE");
      set("size", toPlainText(affordableAmount(available, part, quoteDecimals)));
      return;
    }
    if (values.kind === "MARKET") set("sizeUnit", "BASE");
    const at = reckoningPrice(values, ticker.current);
    const quantity = affordableQuantity({ isBuy, available, price: at, part }, market);
    if (!quantity) return;
    // A part can only be reckoned at a price: where none was entered it is the best one.
    if (hasLimitPrice(values) && !price && at) set("price", toPlainText(at));
    set("size", toPlainText(quantity));
  };

  const clear = () => {
    const { side, kind, execution, sizeUnit, timeInForce } = form.getValues();
    form.reset({ ...EMPTY_ORDER, side, kind, execution, sizeUnit, timeInForce });
  };

  // One key an order: sending the same form again after a lost answer cannot place it twice.
  const attempt = useRef<{ request: string; clientOrderId: string }>(undefined);
  const send = async (valid: OrderValues) => {
    const order = toOrderRequest(valid, market.name);
    const name = JSON.stringify(order);
    if (attempt.current?.request !== name) attempt.current = { request: name, clientOrderId: newKey() };
    try {
      await client.placeOrder({ ...order, clientOrderId: attempt.current.clientOrderId });
      attempt.current = undefined;
      form.setValue("size", "");
      form.clearErrors();
    } catch (error) {
      const { place, message } = placeError(error, (each) => isShown(valid, each));
      form.setError(place, { type: "server", message });
      if (place === "root") toast.error("Order was not placed", { description: message });
    }
  };

  // Beside the form's own state, which a second Enter in the same moment does not see yet.
  const isSending = useRef(false);
  const submit = async () => {
    if (isSending.current) return;
    isSending.current = true;
    try {
      await form.handleSubmit(send)();
    } finally {
      isSending.current = false;
    }
  };

  usePrefill(form, market, clear);

  return {
    form,
    values,
    request,
    available,
    total: total ? toPlainText(total) : "",
    setTotal,
    spendPart,
    submit,
    clear,
  };
}

/** The price that a part of the balance is reckoned with: what was entered, else what the market would ask. */
function reckoningPrice(values: OrderValues, ticker: Ticker | undefined): Decimal | undefined {
  const entered = hasLimitPrice(values) ? values.price : hasTrigger(values) ? values.triggerPrice : "";
  const best = values.side === "BUY" ? ticker?.ask?.price : ticker?.bid?.price;
  return parseDecimal(entered) ?? best ?? ticker?.lastPrice;
}

/** Whether the form has a place to show an error at. */
export function isShown(values: OrderValues, place: ErrorPlace): boolean {
  switch (place) {
    case "size":
      return true;
    case "price":
      return hasLimitPrice(values);
    case "triggerPrice":
      return hasTrigger(values);
    case "expireTime":
      return effectiveTimeInForce(values) === "GTT";
    default:
      return false;
  }
}

/** Take over what the book, the chart, a key or the palette proposes. */
function usePrefill(form: UseFormReturn<OrderValues>, market: Market, clear: () => void): void {
  const prefill = useUiStore((state) => state.prefill);
  const taken = useRef(prefill?.id);
  const newest = useRef({ form, market, clear });
  newest.current = { form, market, clear };
  useEffect(() => {
    if (!prefill || prefill.id === taken.current) return;
    taken.current = prefill.id;
    const { form, market, clear } = newest.current;
    if (prefill.clear) clear();
    if (prefill.side) form.setValue("side", prefill.side);
    if (prefill.price) {
      // A price was meant, so a plain market order becomes a limit order; a stop gets it as its limit or trigger.
      const values = form.getValues();
      if (values.kind === "MARKET") form.setValue("kind", "LIMIT");
      form.setValue(hasLimitPrice(form.getValues()) ? "price" : "triggerPrice", prefill.price);
    }
    if (prefill.quantity) {
      const quantity = snapQuantity(new Decimal(prefill.quantity), market.lotSize);
      if (effectiveUnit(form.getValues()) === "QUOTE") form.setValue("sizeUnit", "BASE");
      form.setValue("size", toPlainText(quantity));
    }
    form.clearErrors();
    if (prefill.focus) form.setFocus(hasLimitPrice(form.getValues()) && !form.getValues("price") ? "price" : "size");
  }, [prefill]);
}
