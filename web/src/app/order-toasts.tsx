import { type AccountEvent, useAccountEvents } from "@exchange/sdk/react";
import { toast } from "sonner";

/** A toast for each thing that happens to the account's orders. */
export function OrderToasts() {
  useAccountEvents(show);
  return null;
}

function show(_event: AccountEvent): void {
  toast("Order");
}
