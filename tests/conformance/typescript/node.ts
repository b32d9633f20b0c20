// The cases in Node, over gRPC: jobs as JSON on the input, outcomes as JSON on the output.

import { text } from "node:stream/consumers";
import { NodeExchangeClient } from "../../../sdks/typescript/src/node.ts";
import { run } from "./runner.ts";

const options = { timeoutMs: 10_000, retry: { maxAttempts: 1 } };
const clients: NodeExchangeClient[] = [];

function client(apiKey: string, address: string): NodeExchangeClient {
  const made = new NodeExchangeClient({ baseUrl: address, apiKey, ...options });
  clients.push(made);
  return made;
}

const outcomes = await run(JSON.parse(await text(process.stdin)), {
  client,
  session: (apiKey, address) => client(apiKey, address).orderEntry(),
});
process.stdout.write(JSON.stringify(outcomes));
process.exit(0);
