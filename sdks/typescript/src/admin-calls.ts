// The client's calls for operators, whose keys have the scope ADMIN.

import { AccountCalls } from "./account-calls.ts";
import type { NewApiKey } from "./account-operations.ts";
import * as admin from "./admin-operations.ts";
import type { CallOptions } from "./connection.ts";
import type { MarketStatus, NameInput } from "./enums.ts";
import type { PageOptions } from "./market-operations.ts";
import type { Account, Asset, Balance, CreatedApiKey, Market, PerformanceTable, StateHash } from "./models.ts";
import type { Pages } from "./pages.ts";

type ValidateOptions = admin.ValidateOption & CallOptions;

/** Assets, markets, accounts, keys and credits. */
export abstract class AdminCalls extends AccountCalls {
  /** Create an asset whose smallest unit is 10^-`decimals`. Throws AlreadyExists if it exists with other decimals. */
  createAsset(name: string, decimals: number, options: ValidateOptions = {}): Promise<Asset> {
    return this.connection.call(admin.createAsset(name, decimals, options.validateOnly), options);
  }

  /** Create a market; it starts OPEN. Throws AlreadyExists if it exists with other terms. */
  async createMarket(market: admin.NewMarket, options?: CallOptions): Promise<Market> {
    return this.connection.call(admin.createMarket(market), options);
  }

  /** Set what a market accepts. */
  async setMarketStatus(
    market: string,
    status: NameInput<MarketStatus>,
    options: ValidateOptions = {},
  ): Promise<Market> {
    return this.connection.call(admin.setMarketStatus(market, status, options.validateOnly), options);
  }

  /** State a market's limits anew, all of them; `{ ...market.protection, priceBandBps: 500 }` changes one. */
  async setMarketProtection(
    market: string,
    protection: admin.ProtectionInput,
    options: ValidateOptions = {},
  ): Promise<Market> {
    return this.connection.call(admin.setMarketProtection(market, protection, options.validateOnly), options);
  }

  /** Create an account; one that exists by this name is the answer. */
  createAccount(name: string, options: ValidateOptions = {}): Promise<Account> {
    return this.connection.call(admin.createAccount(name, options.validateOnly), options);
  }

  /** Put an account into a trade group, whose accounts count as one owner; 0 takes it out. */
  setTradeGroup(accountId: bigint, tradeGroupId: bigint, options: ValidateOptions = {}): Promise<Account> {
    return this.connection.call(admin.setTradeGroup(accountId, tradeGroupId, options.validateOnly), options);
  }

  /** List accounts by id. */
  listAccounts(options: PageOptions & CallOptions = {}): Pages<Account> {
    return this.pages(admin.listAccounts(options), options);
  }

  /** List who has traded and what it came to, the largest volume first. */
  listPerformance(options: admin.PerformanceOptions & CallOptions = {}): Promise<PerformanceTable> {
    return this.connection.call(admin.listPerformance(options), options);
  }

  /** Create a key of any account. The secret is in the answer and nowhere else. Not repeated: OutcomeUnknown. */
  async createApiKey(key: NewApiKey & { accountId: bigint }, options?: CallOptions): Promise<CreatedApiKey> {
    return this.connection.call(admin.createApiKey(key), options);
  }

  /** Revoke any key at once. */
  revokeApiKey(keyId: string, options: ValidateOptions = {}): Promise<void> {
    return this.connection.call(admin.revokeApiKey(keyId, options.validateOnly), options);
  }

  /** Credit an account; answers with its balance. The same key books once; another payload is AlreadyExists. */
  async credit(credit: admin.NewCredit, options?: CallOptions): Promise<Balance> {
    return this.connection.call(admin.credit(credit), options);
  }

  /** Get the hash of the engine's state: of the present, or after a `sequence` of which a snapshot is kept. */
  getStateHash(options: CallOptions & { sequence?: bigint } = {}): Promise<StateHash> {
    return this.connection.call(admin.getStateHash(options.sequence ?? 0n), options);
  }
}
