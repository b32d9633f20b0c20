// Weighs what a browser loads before it can show the market, and fails when that is too much. Run after `npm run build`.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url);
/** Gzip, thousands of bytes: the page, its style and the scripts that it starts with; all but the chart library. */
const FIRST_LOAD_KB = 250;
/** … and what the trading view then fetches: the order form and the account's tabs. The chart library still left out. */
const TRADING_VIEW_KB = 300;
/** Chunks of the trading view by name; hashes follow. */
const TRADING_CHUNKS = ["order-form-", "AccountPanel-"];
const CHART_LIBRARY = /lightweight-charts|createChart/;

const read = (path: string) => readFileSync(new URL(path, DIST));
const kilobytes = (paths: Iterable<string>) =>
  [...paths].reduce((sum, path) => sum + gzipSync(read(path), { level: 9 }).length, 0) / 1000;

/** A script and all that it cannot run without. */
function withImports(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const [, name] of read(path)
    .toString()
    .matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) {
    withImports(`assets/${name}`, found);
  }
  return found;
}

const html = read("index.html").toString();
const linked = [...html.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map(([, path]) => path ?? "");
const entry = read(linked.find((path) => path.startsWith("assets/index-") && path.endsWith(".js")) ?? "").toString();
const first = new Set([
  "index.html",
  ...linked.flatMap((path) => (path.endsWith(".js") ? [...withImports(path)] : [path])),
]);
// The entry names every chunk that it may ask for.
const asked = [...new Set([...entry.matchAll(/assets\/([\w-]+\.(?:js|css))/g)].map(([, name]) => `assets/${name}`))];
const trading = new Set(first);
for (const prefix of TRADING_CHUNKS) {
  const chunk = asked.find((path) => path.startsWith(`assets/${prefix}`) && path.endsWith(".js"));
  if (!chunk) throw new Error(`the trading view has no chunk ${prefix}*; this script must follow`);
  for (const path of withImports(chunk)) trading.add(path);
}

const weights = { first: kilobytes(first), trading: kilobytes(trading) };
console.log(`first load      ${weights.first.toFixed(1)} kB of ${FIRST_LOAD_KB}, gzip, without the chart library`);
console.log(`trading view    ${weights.trading.toFixed(1)} kB of ${TRADING_VIEW_KB}`);
const withChart = [...trading].filter((path) => CHART_LIBRARY.test(read(path).toString()));
if (withChart.length > 0) throw new Error(`the chart library is not on its own: ${withChart.join(", ")}`);
if (weights.first > FIRST_LOAD_KB || weights.trading > TRADING_VIEW_KB)
  throw new Error("the page has become too heavy");
