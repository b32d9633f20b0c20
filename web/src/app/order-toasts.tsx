import { type AccountHappening, useAccountEvents } from "@exchange/sdk/react";
import { useRef } from "react";
import { toast } from "sonner";
import { isReplaced } from "@/account/move-trigger";
import { type NewsOrder, orderNews } from "./order-news";
import { ToastGate } from "./toast-gate";

/** A toast for each thing that happens to the account's orders; the newest thing of one order takes the place of the last. */
export function OrderToasts() {
  const known = useRef(new Map<bigint, NewsOrder>());
  const gate = useRef(new ToastGate());
  useAccountEvents((happening: AccountHappening) => {
    // A fill changes its order, and that tells more.
    if (happening.type !== "order") return;
    const { order } = happening;
    const news = orderNews(known.current.get(order.orderId), order);
    // Another order has taken its place, which is the news.
    const isNews = order.isOpen || !isReplaced(order.orderId);
    if (order.isOpen) known.current.set(order.orderId, order);
    else known.current.delete(order.orderId);
    if (!news || !isNews) return;
    const verdict = gate.current.admit(performance.now());
    if (verdict.isShown) toast[news.tone](news.title, { id: `order-${order.orderId}`, description: news.detail });
    // Said once, while the rest goes on: the tabs below have it all.
    else if (verdict.heldBack === 1)
      toast.info("Many orders change at once", {
        id: "orders-busy",
        description: "The tabs below the chart show all of them.",
      });
  });
  return null;
}
