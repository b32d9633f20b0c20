import type { Order } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import { useState } from "react";
import { toast } from "sonner";
import { errorText } from "@/lib/errors";
import { Button } from "@/ui/button";
import { Dialog, DialogClose, DialogContent, DialogTrigger } from "@/ui/dialog";
import type { AccountFilter } from "./filters";

/**
 * Cancels every open order that the filters show, after one question.
 *
 * The exchange does it in one command by the same filters, so that orders which came meanwhile go as well.
 */
export function CancelAllButton({ orders, filter }: { orders: readonly Order[]; filter: AccountFilter }) {
  const client = useExchange();
  const [isOpen, setOpen] = useState(false);
  const [isSending, setSending] = useState(false);
  const count = orders.length === 1 ? "1 open order" : `${orders.length} open orders`;

  const cancelAll = async () => {
    setSending(true);
    try {
      const ids = await client.cancelAllOrders({
        ...(filter.market === undefined ? {} : { market: filter.market }),
        ...(filter.side === undefined ? {} : { side: filter.side }),
        clientOrderIdPrefix: filter.clientOrderIdPrefix,
      });
      toast.success(ids.length === 1 ? "1 order canceled" : `${ids.length} orders canceled`);
      setOpen(false);
    } catch (error) {
      toast.error("The orders were not canceled", { description: errorText(error) });
    } finally {
      setSending(false);
    }
  };

  return (
    <Dialog open={isOpen} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="ghost" size="xs" disabled={orders.length === 0}>
          Cancel all
        </Button>
      </DialogTrigger>
      <DialogContent title={`Cancel ${count}?`} description={scopeOf(filter)}>
        <div className="flex justify-end gap-2">
          <DialogClose asChild>
            <Button size="sm">Keep them</Button>
          </DialogClose>
          <Button size="sm" variant="danger" disabled={isSending} onClick={() => void cancelAll()}>
            {isSending ? "Canceling…" : `Cancel ${count}`}
          </Button>
        </div>
      </DialogContent>
    </Dialog>
  );
}

/** Which orders go, in words. */
function scopeOf(filter: AccountFilter): string {
  const side = filter.side === undefined ? "All orders" : filter.side === "BUY" ? "Buy orders" : "Sell orders";
  const market = filter.market === undefined ? "in every market" : `in ${filter.market}`;
  const key =
    filter.clientOrderIdPrefix === "" ? "" : ` whose client order id begins with “${filter.clientOrderIdPrefix}”`;
  return `${side} ${market}${key}, those that wait for their trigger as well.`;
}
