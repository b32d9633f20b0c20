import { useSyncExternalStore } from "react";

/** Where the page is. Routes live in the hash, because the gateway serves files and knows no other addresses. */
export type Route =
  | { page: "trade"; market?: string }
  | { page: "markets" }
  | { page: "portfolio" }
  | { page: "keys" }
  | { page: "bots" }
  | { page: "admin" };

export type PageName = Route["page"];

const PLAIN_PAGES = ["markets", "portfolio", "keys", "bots", "admin"] as const;

/** Read a hash; whatever is not known is the trading view. */
export function parseRoute(hash: string): Route {
  const [page, detail] = hash.replace(/^#\/?/, "").split("/");
  const plain = PLAIN_PAGES.find((name) => name === page);
  if (plain) return { page: plain };
  const market = page === "trade" && detail ? decode(detail) : undefined;
  return market ? { page: "trade", market } : { page: "trade" };
}

/** The address of a route, for links. */
export function routeHref(route: Route): string {
  if (route.page === "trade") return route.market ? `#/trade/${encodeURIComponent(route.market)}` : "#/trade";
  return `#/${route.page}`;
}

export function navigate(route: Route): void {
  window.location.hash = routeHref(route);
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribeToHash, () => window.location.hash);
  return parseRoute(hash);
}

function subscribeToHash(onChange: () => void): () => void {
  window.addEventListener("hashchange", onChange);
  return () => window.removeEventListener("hashchange", onChange);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
