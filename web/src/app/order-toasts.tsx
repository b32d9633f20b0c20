import { type AccountHappening, useAccountEvents } from "@exchange/sdk/react";
import { useRef } from "react";
import { toast } from "sonner";
import { type NewsOrder, orderNews } from "./order-news";

/** A toast for each thing that happens to the account's orders; the newest thing of one order takes the place of the last. */
export function OrderToasts() {
  const known = useRef(new Map<bigint, NewsOrder>());
  useAccountEvents((happening: AccountHappening) => {
    // A fill changes its order, and that tells more.
    if (happening.type !== "order") return;
    const { order } = happening;
    const news = orderNews(known.current.get(order.orderId), order);
    if (order.isOpen) known.current.set(order.orderId, order);
    else known.current.delete(order.orderId);
    if (news) toast[news.tone](news.title, { id: `order-${order.orderId}`, description: news.detail });
  });
  return null;
}
