import type { Order } from "@exchange/sdk";
import { formatDecimal } from "@/lib/decimal";

/** What has happened to an order, as a person would say it. */
export type OrderNews = {
  tone: "success" | "info" | "warning";
  title: string;
  /** The order in one line. */
  detail: string;
};

/** What the news needs of an order. */
export type NewsOrder = Pick<
  Order,
  | "orderId"
  | "market"
  | "side"
  | "type"
  | "status"
  | "closeReason"
  | "price"
  | "triggerPrice"
  | "quantity"
  | "filledQuantity"
  | "averagePrice"
  | "createTimeNs"
  | "updateTimeNs"
>;

/** Compare an order with how it was before (undefined if it was not known). Undefined when there is nothing to tell. */
export function orderNews(before: NewsOrder | undefined, order: NewsOrder): OrderNews | undefined {
  const detail = orderLine(order);
  switch (order.status) {
    case "FILLED":
      return { tone: "success", title: order.side === "BUY" ? "Bought" : "Sold", detail: fillLine(order) };
    case "CANCELED":
      return { tone: "info", title: "Order canceled", detail };
    case "EXPIRED":
      return { tone: "warning", title: `Order expired${expiryWords(order)}`, detail };
    case "PENDING_TRIGGER":
      return isNew(before, order)
        ? { tone: "info", title: "Order waits for its trigger", detail }
        : amended(before, order);
    default:
      break;
  }
  if (before?.status === "PENDING_TRIGGER") return { tone: "info", title: "Order triggered", detail };
  if (order.filledQuantity.gt(before?.filledQuantity ?? 0)) {
    return { tone: "success", title: order.side === "BUY" ? "Partly bought" : "Partly sold", detail: fillLine(order) };
  }
  return isNew(before, order) ? { tone: "info", title: "Order placed", detail } : amended(before, order);
}

/** An order that was open before the page was is not new, whatever the page knows. */
function isNew(before: NewsOrder | undefined, order: NewsOrder): boolean {
  return !before && order.createTimeNs === order.updateTimeNs;
}

function amended(before: NewsOrder | undefined, order: NewsOrder): OrderNews | undefined {
  const isSame = before?.quantity.eq(order.quantity) && before.price?.toFixed() === order.price?.toFixed();
  return isSame ? undefined : { tone: "info", title: "Order amended", detail: orderLine(order) };
}

function orderLine(order: NewsOrder): string {
  const verb = order.side === "BUY" ? "Buy" : "Sell";
  const at = order.price ?? order.triggerPrice;
  return `${verb} ${formatDecimal(order.quantity)} ${baseOf(order)}${at ? ` at ${formatDecimal(at)}` : ""}`;
}

function fillLine(order: NewsOrder): string {
  const average = order.averagePrice ? ` at ${formatDecimal(order.averagePrice.toSignificantDigits(9))}` : "";
  const whole = order.filledQuantity.eq(order.quantity) ? "" : ` of ${formatDecimal(order.quantity)}`;
  return `${formatDecimal(order.filledQuantity)}${whole} ${baseOf(order)}${average}`;
}

function baseOf({ market }: NewsOrder): string {
  return market.split("-")[0] ?? market;
}

const EXPIRY_WORDS: Readonly<Record<string, string>> = {
  NO_LIQUIDITY: ": the book had no more",
  NOT_FILLABLE: ": it could not be filled at once",
  SELF_TRADE: ": it met an order of your own",
  QUOTE_AMOUNT_TOO_SMALL: ": the amount buys less than a lot",
  EXPIRE_TIME: ": its time was over",
  PRICE_PROTECTION: ": the price was too far away",
  TRIGGER_REFUSED: ": it was refused when it triggered",
};

function expiryWords({ closeReason }: NewsOrder): string {
  return (closeReason && EXPIRY_WORDS[closeReason]) ?? "";
}
