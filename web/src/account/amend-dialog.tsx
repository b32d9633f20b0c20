import { ExchangeError, type Market, type Order } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import { type FormEvent, useId, useState } from "react";
import { formatDecimal, toPlainText } from "@/lib/decimal";
import { errorText } from "@/lib/errors";
import { Button } from "@/ui/button";
import { Dialog, DialogContent } from "@/ui/dialog";
import { Field, fieldErrorId, Input } from "@/ui/input";
import { type AmendProblems, hasPriceToAmend, readAmend } from "./amend";
import { SideText } from "./cells";
import { hasTriggerToMove, moveTrigger } from "./move-trigger";

interface AmendDialogProps {
  readonly order: Order;
  /** For the steps that are told; absent until the markets are known. */
  readonly market: Market | undefined;
  readonly onClose: () => void;
}

type Problems = AmendProblems & { readonly order?: string };

/** Changes price or quantity of an open order; what the exchange refuses is said at the field. */
export function AmendDialog({ order, market, onClose }: AmendDialogProps) {
  const client = useExchange();
  const id = useId();
  const [triggerPrice, setTriggerPrice] = useState(
    order.triggerPrice === undefined ? "" : toPlainText(order.triggerPrice),
  );
  const [price, setPrice] = useState(order.price === undefined ? "" : toPlainText(order.price));
  const [quantity, setQuantity] = useState(toPlainText(order.quantity));
  const [problems, setProblems] = useState<Problems>({});
  const [isSending, setSending] = useState(false);

  const canMoveTrigger = hasTriggerToMove(order);
  const priceUnit = market && `${market.quoteAsset}, in steps of ${formatDecimal(market.tickSize)}`;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const reading = readAmend(order, { triggerPrice, price, quantity });
    if (reading.kind !== "changes") {
      return reading.kind === "unchanged" ? onClose() : setProblems(reading.problems);
    }
    setSending(true);
    setProblems({});
    try {
      const { triggerPrice: trigger, ...changes } = reading.changes;
      if (trigger) await moveTrigger(client, order, { triggerPrice: trigger, ...changes });
      else await client.amendOrder({ orderId: order.orderId, ...changes });
      onClose();
    } catch (error) {
      setProblems(problemsOf(error));
      setSending(false);
    }
  };

  return (
    <Dialog open onOpenChange={(open) => open || onClose()}>
      <DialogContent
        title={`Amend order in ${order.market}`}
        description={
          <>
            <SideText side={order.side} /> {formatDecimal(order.openQuantity)} open of {formatDecimal(order.quantity)}.
            {canMoveTrigger
              ? "With another trigger a new order takes its place."
              : "Less quantity at the same price keeps its place in the book."}
          </>
        }
        className="w-[min(24rem,calc(100vw-1.5rem))]"
      >
        <form onSubmit={(event) => void submit(event)} className="grid gap-3" noValidate>
          {canMoveTrigger && (
            <NumberField
              id={`${id}-trigger`}
              label="Trigger"
              unit={priceUnit}
              value={triggerPrice}
              error={problems.triggerPrice}
              onChange={setTriggerPrice}
            />
          )}
          {hasPriceToAmend(order) && (
            <NumberField
              id={`${id}-price`}
              label="Price"
              unit={priceUnit}
              value={price}
              error={problems.price}
              onChange={setPrice}
            />
          )}
          <NumberField
            id={`${id}-quantity`}
            label="Quantity"
            unit={market && `${market.baseAsset}, in steps of ${formatDecimal(market.lotSize)}`}
            value={quantity}
            error={problems.quantity}
            onChange={setQuantity}
          />
          {problems.order && (
            <p role="alert" className="text-xs text-sell">
              {problems.order}
            </p>
          )}
          <div className="mt-1 flex justify-end gap-2">
            <Button size="sm" onClick={onClose}>
              Leave it
            </Button>
            <Button size="sm" type="submit" variant="primary" disabled={isSending}>
              {isSending ? "Amending…" : "Amend"}
            </Button>
          </div>
        </form>
      </DialogContent>
    </Dialog>
  );
}

interface NumberFieldProps {
  readonly id: string;
  readonly label: string;
  readonly unit: string | undefined;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (text: string) => void;
}

function NumberField({ id, label, unit, value, error, onChange }: NumberFieldProps) {
  return (
    <Field id={id} label={label} hint={unit} error={error}>
      <Input
        id={id}
        inputMode="decimal"
        autoComplete="off"
        value={value}
        aria-invalid={error !== undefined}
        aria-describedby={fieldErrorId(id)}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}

const FIELDS: Readonly<Record<string, keyof Problems>> = {
  trigger_price: "triggerPrice",
  price: "price",
  quantity: "quantity",
};

/** What was refused, at the field that the exchange names. */
function problemsOf(error: unknown): Problems {
  if (!(error instanceof ExchangeError)) {
    return { order: errorText(error) };
  }
  // Of an order that takes the place of another, the path goes through the item of the batch.
  const field = error.reason === "WOULD_TRIGGER_IMMEDIATELY" ? "trigger_price" : error.field.split(".").at(-1);
  const place = FIELDS[field ?? ""];
  return { [place ?? "order"]: errorText(error) };
}
