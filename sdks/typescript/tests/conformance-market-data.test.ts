// The SDK on the cases of market data that every SDK has to pass (`tests/conformance`).

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  type BookChecksumCase,
  checksumOfBook,
  checksumOfQueues,
  type QueueChecksumCase,
  reviveIds,
  type StreamGapCase,
  type StreamGapMarket,
  verdictsOfStream,
} from "../../../tests/conformance/typescript/market-data.ts";

function read(name: string): string {
  return readFileSync(new URL(`../../../tests/conformance/${name}.json`, import.meta.url), "utf-8");
}

const books: { cases: BookChecksumCase[] } = JSON.parse(read("book_checksums"));
const queues: { cases: QueueChecksumCase[] } = JSON.parse(reviveIds(read("queue_checksums")));
const gaps: { market: StreamGapMarket; cases: StreamGapCase[] } = JSON.parse(read("stream_gaps"));

test.each(books.cases)("a book has the checksum: $name", (each) => {
  expect(checksumOfBook(each)).toBe(each.checksum);
});

test.each(queues.cases)("queues have the checksum: $name", (each) => {
  expect(checksumOfQueues(each)).toBe(each.checksum);
});

test.each(gaps.cases)("what is lost, repeated or wrong is noticed: $stream, $name", (each) => {
  expect(verdictsOfStream(each, gaps.market)).toEqual(each.steps.map((step) => step.expect));
});
