// The unary calls about the caller's account, its keys, and the exchange's health.

import { type NameInput, type Scope, scopes } from "./enums.ts";
import { type PageOptions, range, type TimeRange } from "./market-operations.ts";
import type { Account, ApiKey, Balance, CreatedApiKey, EquityHistory, LedgerEntry, Portfolio } from "./models.ts";
import { type Listed, listed, type Operation, page, present, read, write } from "./operations.ts";
import type { Fill } from "./order-models.ts";
import * as parse from "./parse.ts";
import { fill } from "./parse-orders.ts";
import { AccountService } from "./proto.ts";
import { type TimeInput, toTimestampOptional } from "./times.ts";

const { method } = AccountService;

/** Another account, for keys with the scope ADMIN; the caller's own by default. */
export interface AccountOption {
  readonly accountId?: bigint | undefined;
}

export interface FillListOptions extends TimeRange, PageOptions, AccountOption {
  readonly market?: string | undefined;
  readonly orderId?: bigint | undefined;
}

export interface LedgerListOptions extends TimeRange, PageOptions, AccountOption {
  readonly asset?: string | undefined;
}

/** In which asset everything is valued; by default the quote asset of the market that was created first. */
export interface QuoteAssetOption {
  readonly quoteAsset?: string | undefined;
}

export interface EquityOptions extends TimeRange, AccountOption, QuoteAssetOption {
  /** Points at most, 1 to 5000; 500 by default. */
  readonly maxPoints?: number | undefined;
}

/** What a new key may do (at least one thing), what it is called, and when it stops working. */
export interface NewApiKey {
  readonly scopes: readonly NameInput<Scope>[];
  readonly label?: string | undefined;
  readonly expireTime?: TimeInput | undefined;
  readonly validateOnly?: boolean | undefined;
}

export function getAccount({ accountId = 0n }: AccountOption): Operation<Account> {
  return read(method.getAccount, { accountId }, (answer) =>
    parse.account(present(answer.account, "account"), answer.scopes),
  );
}

export function listBalances({ accountId = 0n }: AccountOption): Operation<Balance[]> {
  return read(method.listBalances, { accountId }, (answer) => answer.balances.map(parse.balance));
}

export function listFills(options: FillListOptions): Listed<Fill> {
  const { market = "", orderId = 0n, pageSize = 0, accountId = 0n } = options;
  return listed(method.listFills, { market, orderId, pageSize, accountId, ...range(options) }, (answer) =>
    page(answer.fills, (each) => fill(each), answer.nextPageToken),
  );
}

export function listLedgerEntries(options: LedgerListOptions): Listed<LedgerEntry> {
  const { asset = "", pageSize = 0, accountId = 0n } = options;
  return listed(method.listLedgerEntries, { asset, pageSize, accountId, ...range(options) }, (answer) =>
    page(answer.entries, parse.ledgerEntry, answer.nextPageToken),
  );
}

export function getPortfolio({
  quoteAsset = "",
  accountId = 0n,
}: QuoteAssetOption & AccountOption): Operation<Portfolio> {
  return read(method.getPortfolio, { quoteAsset, accountId }, parse.portfolio);
}

export function listEquity(options: EquityOptions): Operation<EquityHistory> {
  const { quoteAsset = "", maxPoints = 0, accountId = 0n } = options;
  return read(method.listEquity, { quoteAsset, maxPoints, accountId, ...range(options) }, parse.equityHistory);
}

export function listApiKeys({ accountId = 0n }: AccountOption): Operation<ApiKey[]> {
  return read(method.listApiKeys, { accountId }, (answer) => answer.apiKeys.map(parse.apiKey));
}

/** Not repeatable: a second key would be made, and the first one's secret is lost. Better to fail. */
export function createOwnApiKey(key: NewApiKey): Operation<CreatedApiKey> {
  const { validateOnly = false } = key;
  const request = { ...apiKeyTerms(key), validateOnly };
  return write(method.createOwnApiKey, request, ({ keyId, apiKey }) => ({ keyId, apiKey }), {
    mutates: !validateOnly,
    repeatable: validateOnly,
  });
}

export function revokeOwnApiKey(keyId: string, validateOnly = false): Operation<void> {
  return write(method.revokeOwnApiKey, { keyId, validateOnly }, () => undefined, { mutates: !validateOnly });
}

export function apiKeyTerms({ scopes: names, label = "", expireTime }: NewApiKey) {
  return {
    scopes: names.map((name) => scopes.toWire(name)),
    label,
    expireTime: toTimestampOptional(expireTime, "expireTime"),
  };
}
