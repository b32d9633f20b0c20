// What an account is worth, and its keys, at a real exchange with both of its databases: over gRPC, and through the gateway.

import { afterAll, describe, expect, test } from "vitest";
import * as sdk from "../../src/node.ts";
import { ExchangeClient, NodeExchangeClient } from "../../src/node.ts";
import { live } from "./exchange.ts";

interface AccountLive {
  readonly keys: Record<"alice" | "admin", string>;
  readonly told: Record<"accountId" | "equity" | "realizedPnl" | "fees" | "volume", string>;
}

const { keys, told } = live as unknown as AccountLive;

describe.each([
  ["gRPC", NodeExchangeClient, live.grpc],
  ["gRPC-Web", ExchangeClient, live.gateway],
] as const)("over %s", (_, Client, baseUrl) => {
  const client = new Client({ baseUrl, apiKey: keys.alice });
  const operator = new Client({ baseUrl, apiKey: keys.admin });
  afterAll(() => {
    client.close();
    operator.close();
  });

  test("the portfolio is what Python was told", async () => {
    const { positions, equity, quoteAsset } = await client.getPortfolio({ quoteAsset: "USDC" });
    expect([equity?.toFixed(), quoteAsset]).toEqual([told.equity, "USDC"]);
    expect(positions.map((each) => [each.realizedPnl.toFixed(), each.fees.toFixed(), each.fillCount])).toEqual([
      [told.realizedPnl, told.fees, 2n],
    ]);
    const seen = await operator.getPortfolio({ accountId: BigInt(told.accountId) });
    expect(seen.equity?.toFixed()).toBe(told.equity);
    // Another account is nobody, to a key without the scope ADMIN.
    await expect(client.getPortfolio({ accountId: 1n })).rejects.toBeInstanceOf(sdk.NotFound);
  });

  test("equity ends with what the portfolio is worth, and is nothing before there was an account", async () => {
    const { points, quoteAsset } = await client.listEquity({ start: new Date(Date.now() - 5_000), maxPoints: 10 });
    expect(quoteAsset).toBe("USDC");
    expect(points.at(-1)?.equity.toFixed()).toBe(told.equity);
    expect((await client.listEquity({ end: new Date("2020-01-01T00:00:00Z") })).points).toEqual([]);
  });

  test("an operator sees who has traded, and nobody else does", async () => {
    const { accounts } = await operator.listPerformance({ pageSize: 1000 });
    const row = accounts.find(({ accountId }) => accountId === BigInt(told.accountId));
    expect([row?.volume.toFixed(), row?.fillCount]).toEqual([told.volume, 2n]);
    await expect(client.listPerformance()).rejects.toBeInstanceOf(sdk.PermissionDenied);
  });

  test("a key is created, listed, used and revoked", async () => {
    const only = await client.createOwnApiKey({ scopes: ["read"], validateOnly: true });
    expect(only.apiKey).toBe("");
    const before = (await client.listApiKeys()).length;
    const made = await client.createOwnApiKey({ scopes: ["read"], label: "viewer" });
    const listed = (await client.listApiKeys()).find(({ keyId }) => keyId === made.keyId);
    expect([listed?.label, listed?.scopes, listed?.current]).toEqual(["viewer", ["READ"], false]);
    const viewer = new Client({ baseUrl, apiKey: made.apiKey });
    expect((await viewer.getAccount()).accountId).toBe(BigInt(told.accountId));
    await expect(viewer.createOwnApiKey({ scopes: ["trade"] })).rejects.toMatchObject({ field: "scopes[0]" });
    await client.revokeOwnApiKey(made.keyId, { validateOnly: true });
    await viewer.getAccount();
    await client.revokeOwnApiKey(made.keyId);
    await expect(viewer.getAccount()).rejects.toBeInstanceOf(sdk.Unauthenticated);
    viewer.close();
    expect(await client.listApiKeys()).toHaveLength(before);
    await expect(client.revokeOwnApiKey("0".repeat(16))).rejects.toBeInstanceOf(sdk.NotFound);
  });
});
