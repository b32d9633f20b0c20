import { ExchangeError } from "@exchange/sdk";
import { errorText } from "@/lib/errors";
import type { OrderValues } from "./order-values";

/** A field of the form, or `root` for what concerns the order as a whole. */
export type ErrorPlace = keyof OrderValues | "root";

/** Where the form shows what the exchange says about a field of the contract. */
const PLACE_OF_FIELD: Readonly<Record<string, ErrorPlace>> = {
  price: "price",
  quantity: "size",
  quote_amount: "size",
  trigger_price: "triggerPrice",
  expire_time: "expireTime",
  time_in_force: "timeInForce",
  post_only: "postOnly",
};

/** Reasons that name no field, and which field a person would change. */
const PLACE_OF_REASON: Readonly<Record<string, ErrorPlace>> = {
  INSUFFICIENT_FUNDS: "size",
  NOTIONAL_TOO_SMALL: "size",
  NOTIONAL_TOO_LARGE: "size",
  QUANTITY_TOO_SMALL: "size",
  QUANTITY_TOO_LARGE: "size",
  POST_ONLY_WOULD_CROSS: "price",
  PRICE_OUTSIDE_BAND: "price",
  WOULD_TRIGGER_IMMEDIATELY: "triggerPrice",
};

/** Where an error belongs, and what it says. Fields that the order does not show get nothing: `isShown` decides. */
export function placeError(
  error: unknown,
  isShown: (place: ErrorPlace) => boolean,
): { place: ErrorPlace; message: string } {
  const message = errorText(error);
  if (!(error instanceof ExchangeError)) return { place: "root", message };
  // The path may go through the request that holds the order: the last part is the field.
  const field = error.field?.split(".").at(-1) ?? "";
  const place = PLACE_OF_FIELD[field] ?? PLACE_OF_REASON[error.reason ?? ""] ?? "root";
  return { place: isShown(place) ? place : "root", message };
}
