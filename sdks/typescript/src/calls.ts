// What the client's calls have in common; each service's calls are a layer on top, and ExchangeClient is all of them.

import type { CallOptions, Connection } from "./connection.ts";
import type { PageOptions } from "./market-operations.ts";
import type { Listed } from "./operations.ts";
import { Pages } from "./pages.ts";

/** Makes calls over one connection. */
export abstract class Calls {
  /** What the parts of the SDK need to make calls of their own. */
  abstract readonly connection: Connection;

  protected pages<Item>(list: Listed<Item>, options: CallOptions & PageOptions): Pages<Item> {
    return new Pages((pageToken) => this.connection.call(list(pageToken), options), options.pageToken);
  }
}
