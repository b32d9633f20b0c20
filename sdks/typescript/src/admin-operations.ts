// The unary calls of operators, for keys with the scope ADMIN.

import { type AccountOption, apiKeyTerms, type NewApiKey, type QuoteAssetOption } from "./account-operations.ts";
import { type DecimalInput, toWire, toWireOptional } from "./decimals.ts";
import { type MarketStatus, marketStatuses, type NameInput } from "./enums.ts";
import type { PageOptions } from "./market-operations.ts";
import type {
  Account,
  Asset,
  Balance,
  CreatedApiKey,
  Market,
  MarketProtection,
  PerformanceTable,
  StateHash,
} from "./models.ts";
import { type Listed, listed, type Operation, page, present, read, write } from "./operations.ts";
import { newKey } from "./order-requests.ts";
import * as parse from "./parse.ts";
import { AdminService } from "./proto.ts";

const { method } = AdminService;

/** Check everything and answer, but do nothing. */
export interface ValidateOption {
  readonly validateOnly?: boolean | undefined;
}

/**
 * A market to create. `tickSize` is quote units per base unit, `lotSize` base units, `minNotional` quote units (0 by
 * default); fees are millionths of the quote amount, the maker's may be negative.
 */
export interface NewMarket extends ValidateOption {
  readonly baseAsset: string;
  readonly quoteAsset: string;
  readonly tickSize: DecimalInput;
  readonly lotSize: DecimalInput;
  readonly minNotional?: DecimalInput | undefined;
  readonly makerFeePpm?: number | undefined;
  readonly takerFeePpm?: number | undefined;
}

/** Money for an account. `creditId`: your own key, undefined to have one made, "" for none. */
export interface NewCredit extends ValidateOption {
  readonly accountId: bigint;
  readonly asset: string;
  readonly amount: DecimalInput;
  readonly creditId?: string | undefined;
}

/** A market's limits, all of them; what is not given is not limited. */
export type ProtectionInput = {
  readonly [Limit in keyof MarketProtection]?: MarketProtection[Limit] extends number
    ? number | undefined
    : DecimalInput | undefined;
};

export interface PerformanceOptions extends QuoteAssetOption {
  /** Accounts at most, 1 to 1000; 100 by default. */
  readonly pageSize?: number | undefined;
}

export function createAsset(name: string, decimals: number, validateOnly = false): Operation<Asset> {
  return write(
    method.createAsset,
    { name, decimals, validateOnly },
    (answer) => parse.asset(present(answer.asset, "asset")),
    { mutates: !validateOnly },
  );
}

export function createMarket(market: NewMarket): Operation<Market> {
  const { validateOnly = false } = market;
  const request = {
    baseAsset: market.baseAsset,
    quoteAsset: market.quoteAsset,
    tickSize: toWire(market.tickSize, "tickSize"),
    lotSize: toWire(market.lotSize, "lotSize"),
    minNotional: toWire(market.minNotional ?? "0", "minNotional"),
    makerFeePpm: market.makerFeePpm ?? 0,
    takerFeePpm: market.takerFeePpm ?? 0,
    validateOnly,
  };
  return write(method.createMarket, request, marketOf, { mutates: !validateOnly });
}

export function setMarketStatus(
  market: string,
  status: NameInput<MarketStatus>,
  validateOnly = false,
): Operation<Market> {
  const request = { market, status: marketStatuses.toWire(status), validateOnly };
  return write(method.setMarketStatus, request, marketOf, { mutates: !validateOnly });
}

export function setMarketProtection(market: string, limits: ProtectionInput, validateOnly = false): Operation<Market> {
  const protection = {
    minQuantity: toWireOptional(limits.minQuantity, "minQuantity"),
    maxQuantity: toWireOptional(limits.maxQuantity, "maxQuantity"),
    minNotional: toWireOptional(limits.minNotional, "minNotional"),
    maxNotional: toWireOptional(limits.maxNotional, "maxNotional"),
    maxOpenOrders: limits.maxOpenOrders ?? 0,
    priceBandBps: limits.priceBandBps ?? 0,
    marketProtectionBps: limits.marketProtectionBps ?? 0,
    referencePrice: toWireOptional(limits.referencePrice, "referencePrice"),
  };
  return write(method.setMarketProtection, { market, protection, validateOnly }, marketOf, {
    mutates: !validateOnly,
  });
}

export function createAccount(name: string, validateOnly = false): Operation<Account> {
  return write(method.createAccount, { name, validateOnly }, accountOf, { mutates: !validateOnly });
}

export function setTradeGroup(accountId: bigint, tradeGroupId: bigint, validateOnly = false): Operation<Account> {
  return write(method.setTradeGroup, { accountId, tradeGroupId, validateOnly }, accountOf, { mutates: !validateOnly });
}

export function listAccounts({ pageSize = 0 }: PageOptions): Listed<Account> {
  return listed(method.listAccounts, { pageSize }, (answer) =>
    page(answer.accounts, (each) => parse.account(each), answer.nextPageToken),
  );
}

export function listPerformance({ quoteAsset = "", pageSize = 0 }: PerformanceOptions): Operation<PerformanceTable> {
  return read(method.listPerformance, { quoteAsset, pageSize }, parse.performanceTable);
}

/** Not repeatable: a second key would be made, and the first one's secret is lost. Better to fail. */
export function createApiKey(key: NewApiKey & Required<AccountOption>): Operation<CreatedApiKey> {
  const { accountId, validateOnly = false } = key;
  const request = { accountId: accountId ?? 0n, ...apiKeyTerms(key), validateOnly };
  return write(method.createApiKey, request, ({ keyId, apiKey }) => ({ keyId, apiKey }), {
    mutates: !validateOnly,
    repeatable: validateOnly,
  });
}

export function revokeApiKey(keyId: string, validateOnly = false): Operation<void> {
  return write(method.revokeApiKey, { keyId, validateOnly }, () => undefined, { mutates: !validateOnly });
}

/** Repeatable with a key: the same key books once. */
export function credit(terms: NewCredit): Operation<Balance> {
  const { accountId, asset, validateOnly = false, creditId = newKey() } = terms;
  const request = { accountId, asset, amount: toWire(terms.amount, "amount"), creditId, validateOnly };
  return write(method.credit, request, (answer) => parse.balance(present(answer.balance, "balance")), {
    mutates: !validateOnly,
    repeatable: creditId !== "" || validateOnly,
  });
}

/** Of the present with 0, else of a kept snapshot. */
export function getStateHash(sequence: bigint): Operation<StateHash> {
  return read(method.getStateHash, { sequence }, (answer) => ({
    sequence: answer.sequence,
    stateHash: answer.stateHash,
  }));
}

function marketOf(answer: { market?: Parameters<typeof parse.market>[0] | undefined }): Market {
  return parse.market(present(answer.market, "market"));
}

function accountOf(answer: { account?: Parameters<typeof parse.account>[0] | undefined }): Account {
  return parse.account(present(answer.account, "account"));
}
