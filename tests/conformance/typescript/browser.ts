// The cases in a browser, over gRPC-Web: a function for whoever drives it.

import { ExchangeClient } from "../../../sdks/typescript/src/index.ts";
import { type Job, run } from "./runner.ts";

const options = { timeoutMs: 10_000, retry: { maxAttempts: 1 } };

Object.assign(globalThis, {
  runConformance: (jobs: readonly Job[]) =>
    run(jobs, { client: (apiKey, address) => new ExchangeClient({ baseUrl: address, apiKey, ...options }) }),
});
