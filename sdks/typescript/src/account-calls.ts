// The client's calls about the caller's account and its keys.

import * as accounts from "./account-operations.ts";
import type { ValidateOption } from "./admin-operations.ts";
import type { CallOptions } from "./connection.ts";
import type { Account, ApiKey, Balance, CreatedApiKey, EquityHistory, LedgerEntry, Portfolio } from "./models.ts";
import { OrderCalls } from "./order-calls.ts";
import type { Fill } from "./order-models.ts";
import type { Pages } from "./pages.ts";

type ValidateOptions = ValidateOption & CallOptions;

/** Balances, fills, ledger, worth, and API keys. */
export abstract class AccountCalls extends OrderCalls {
  /** Get the account that the key belongs to, with what the key may do; or another one (scope ADMIN). */
  getAccount(options: accounts.AccountOption & CallOptions = {}): Promise<Account> {
    return this.connection.call(accounts.getAccount(options), options);
  }

  /** List balances as they are now, by asset name; assets never held are left out. */
  listBalances(options: accounts.AccountOption & CallOptions = {}): Promise<Balance[]> {
    return this.connection.call(accounts.listBalances(options), options);
  }

  /** List fills from the history, newest first; it may be a moment behind. */
  listFills(options: accounts.FillListOptions & CallOptions = {}): Pages<Fill> {
    return this.pages(accounts.listFills(options), options);
  }

  /** List ledger entries from the history, newest first; it may be a moment behind. */
  listLedgerEntries(options: accounts.LedgerListOptions & CallOptions = {}): Pages<LedgerEntry> {
    return this.pages(accounts.listLedgerEntries(options), options);
  }

  /** Get what the account is worth and what it has won or lost by trading, in one quote asset. */
  getPortfolio(options: accounts.QuoteAssetOption & accounts.AccountOption & CallOptions = {}): Promise<Portfolio> {
    return this.connection.call(accounts.getPortfolio(options), options);
  }

  /** List what the account was worth at the ends of minutes, oldest first. */
  listEquity(options: accounts.EquityOptions & CallOptions = {}): Promise<EquityHistory> {
    return this.connection.call(accounts.listEquity(options), options);
  }

  /** List the account's API keys that work, the newest first. The keys themselves are shown by no call. */
  listApiKeys(options: accounts.AccountOption & CallOptions = {}): Promise<ApiKey[]> {
    return this.connection.call(accounts.listApiKeys(options), options);
  }

  /** Create a key of the own account, which may do at most what the calling key may. Not repeated: OutcomeUnknown. */
  async createOwnApiKey(key: accounts.NewApiKey, options?: CallOptions): Promise<CreatedApiKey> {
    return this.connection.call(accounts.createOwnApiKey(key), options);
  }

  /** Revoke a key of the own account at once. Throws NotFound. */
  revokeOwnApiKey(keyId: string, options: ValidateOptions = {}): Promise<void> {
    return this.connection.call(accounts.revokeOwnApiKey(keyId, options.validateOnly), options);
  }
}
