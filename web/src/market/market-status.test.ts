import { expect, it } from "vitest";
import { statusNotice, takesOrders, whyNotNow } from "./market-status";

const limit = { waitsForTrigger: false, mayRest: true, postOnly: false };
const postOnly = { ...limit, postOnly: true };
const market = { ...limit, mayRest: false };
const stop = { ...market, waitsForTrigger: true };
const postOnlyStop = { ...postOnly, waitsForTrigger: true };

it.each([
  ["OPEN", [limit, postOnly, market, stop, postOnlyStop]],
  ["POST_ONLY", [postOnly, postOnlyStop]],
  ["AUCTION", [limit, stop, postOnlyStop]],
  ["CANCEL_ONLY", []],
  ["HALTED", []],
] as const)("says of %s what the contract says", (status, taken) => {
  const kinds = [limit, postOnly, market, stop, postOnlyStop];
  expect(kinds.filter((order) => whyNotNow(status, order) === undefined)).toEqual(taken);
  expect(takesOrders(status)).toBe(taken.length > 0);
});

it("has no word for a market that takes everything", () => {
  expect(statusNotice("OPEN")).toBeUndefined();
  expect(statusNotice("AUCTION")?.word).toBe("Auction");
});
