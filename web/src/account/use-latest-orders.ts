import type { Order } from "@exchange/sdk";
import { useAccountEvents } from "@exchange/sdk/react";
import { useEffect, useRef, useState } from "react";
import { remember } from "./live-rows";

/** Orders that events told are kept until history has them; it is never so many behind. */
const REMEMBERED = 1000;

/**
 * Orders as events told them last, since this was first shown; anew at most once a frame.
 *
 * It must be there before a list of the history is: what happened while the list was on its way, or just before, may be
 * in neither the list nor an event that is still to come.
 */
export function useLatestOrders(): ReadonlyMap<bigint, Order> {
  const told = useRef(new Map<bigint, Order>());
  const frame = useRef<number>(undefined);
  const [latest, setLatest] = useState<ReadonlyMap<bigint, Order>>(told.current);
  useEffect(
    () => () => {
      if (frame.current !== undefined) {
        cancelAnimationFrame(frame.current);
        frame.current = undefined;
      }
    },
    [],
  );
  useAccountEvents((event) => {
    if (event.type !== "order") {
      return;
    }
    remember(told.current, event.order, REMEMBERED);
    frame.current ??= requestAnimationFrame(() => {
      frame.current = undefined;
      setLatest(new Map(told.current));
    });
  });
  return latest;
}
