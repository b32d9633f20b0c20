// Which client the hooks of a tree of components use.

import { createContext, createElement, type ReactElement, type ReactNode, useContext, useMemo } from "react";

import type { ExchangeClient } from "../client.ts";
import { type Hubs, hubsOf } from "../hubs.ts";
import type { HubOptions } from "../market-data-hub.ts";
import type { RoundTripOptions } from "../round-trip.ts";

interface Provided {
  readonly client: ExchangeClient;
  readonly hubs: Hubs;
}

const Context = createContext<Provided | undefined>(undefined);

export interface ExchangeProviderProps {
  readonly client: ExchangeClient;
  readonly children?: ReactNode;
  /** How channels linger and when data is stale; counts when the client is first provided. */
  readonly options?: HubOptions & RoundTripOptions;
}

/**
 * Lets the hooks below it use a client. All of them share one stream of market data and one of the account; another
 * client (somebody signs in) brings new ones, and the old ones end.
 */
export function ExchangeProvider({ client, children, options }: ExchangeProviderProps): ReactElement {
  const provided = useMemo(() => ({ client, hubs: hubsOf(client, options) }), [client, options]);
  return createElement(Context.Provider, { value: provided }, children);
}

/** The client of the provider above. Throws when there is none. */
export function useExchange(): ExchangeClient {
  return useProvided().client;
}

export function useHubs(): Hubs {
  return useProvided().hubs;
}

function useProvided(): Provided {
  const provided = useContext(Context);
  if (provided === undefined) throw new Error("there is no <ExchangeProvider> above this component");
  return provided;
}
