// What a view of a busy book costs a page: `npm run bench` here. One round is a second of a busy market: 500 deltas of
// three levels on a view of 50 a side, from the bytes on, and 60 frames that read it.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Decimal } from "../src/decimals.ts";
import { bookChecksum } from "../src/local-order-book.ts";
import { OrderBookFeed } from "../src/market-feeds.ts";
import * as pb from "../src/proto.ts";
import { BookState } from "../src/stream-market-states.ts";
import { TextLevel } from "../src/text-level.ts";

const UPDATES = 500;
const FRAMES = 60;
const DEPTH = 50;
const MARKET = { name: "BTC-USDC", priceDecimals: 2, quantityDecimals: 4 };
const CHANNEL = { kind: "orderBook", market: MARKET.name, depth: DEPTH } as const;
const SETTINGS = { delayMs: () => 0, timeoutMs: 1_000, livenessMs: 1_000 };

let seed = 7;
function random(below: number): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
  return seed % below;
}

function amount(): string {
  return new Decimal(random(90_000) + 1).div(10_000).toFixed();
}

/** Messages as they come: a snapshot, then deltas. */
function recorded(): Uint8Array[] {
  const sides = { bids: new Map<string, string>(), asks: new Map<string, string>() };
  const at = (side: "bids" | "asks", step: number) =>
    new Decimal(65_000).plus(new Decimal(step + 1).mul(side === "bids" ? -0.01 : 0.01)).toFixed();
  for (const side of ["bids", "asks"] as const) {
    for (let step = 0; step < DEPTH; step++) sides[side].set(at(side, step), amount());
  }
  const sorted = (side: "bids" | "asks") => {
    const rows = [...sides[side]].sort(([a], [b]) => (side === "bids" ? -1 : 1) * (Number(a) - Number(b)));
    return rows.map(([price, quantity]) => new TextLevel(price, quantity));
  };
  const checksum = () => bookChecksum(sorted("asks"), sorted("bids"), MARKET.priceDecimals, MARKET.quantityDecimals);
  const told = (side: "bids" | "asks") =>
    sorted(side).map(({ priceText, quantityText }) => ({ price: priceText, quantity: quantityText }));
  const messages = [
    create(pb.StreamOrderBookResponseSchema, {
      event: {
        case: "snapshot",
        value: { market: MARKET.name, bids: told("bids"), asks: told("asks"), sequence: 1n, checksum: checksum() },
      },
    }),
  ];
  for (let update = 0; update < UPDATES; update++) {
    const changed = {
      bids: [] as { price: string; quantity: string }[],
      asks: [] as { price: string; quantity: string }[],
    };
    for (let count = 0; count < 3; count++) {
      const side = random(2) ? "bids" : "asks";
      const price = at(side, random(DEPTH));
      const quantity = random(4) ? amount() : "0";
      if (quantity === "0") sides[side].delete(price);
      else sides[side].set(price, quantity);
      changed[side].push({ price, quantity });
    }
    const links = { prevSequence: BigInt(update + 1), sequence: BigInt(update + 2), checksum: checksum() };
    const eventTime = { seconds: 1_700_000_000n, nanos: update };
    messages.push(
      create(pb.StreamOrderBookResponseSchema, {
        event: { case: "delta", value: { market: MARKET.name, ...changed, ...links, eventTime } },
      }),
    );
  }
  return messages.map((message) => toBinary(pb.StreamOrderBookResponseSchema, message));
}

const RECORDED = recorded();

function follow(readLevel: (feed: OrderBookFeed) => void): void {
  const state = new BookState(SETTINGS, CHANNEL);
  state.start(MARKET);
  state.source();
  const feed = new OrderBookFeed(CHANNEL, () => {});
  const everyFrame = Math.floor(UPDATES / FRAMES);
  for (const [index, bytes] of RECORDED.entries()) {
    for (const _ of state.receive(fromBinary(pb.StreamOrderBookResponseSchema, bytes))) feed.take();
    if (index % everyFrame) continue;
    feed.renew("live", state.book);
    readLevel(feed);
  }
}

/** Return the median of milliseconds that the work takes, when it is warm. */
function median(work: () => void): number {
  const times: number[] = [];
  for (let round = 0; round < 60; round++) {
    const before = performance.now();
    work();
    times.push(performance.now() - before);
  }
  const warm = times.slice(10).sort((a, b) => a - b);
  return warm[warm.length >> 1] as number;
}

const KINDS: Record<string, () => void> = {
  "decode only": () => {
    for (const bytes of RECORDED) fromBinary(pb.StreamOrderBookResponseSchema, bytes);
  },
  "decode, verify, a view a frame, shown as text": () =>
    follow(({ view }) => {
      for (const level of [...view.bids, ...view.asks]) String(level);
    }),
  "the same, every level of every frame read as Decimals": () =>
    follow(({ view }) => {
      for (const level of [...view.bids, ...view.asks]) level.price.plus(level.quantity);
    }),
};

for (const [name, work] of Object.entries(KINDS)) {
  // biome-ignore lint/suspicious/noConsole: it is a program for people
  console.log(`${median(work).toFixed(1).padStart(6)} ms a second of 500 updates: ${name}`);
}
