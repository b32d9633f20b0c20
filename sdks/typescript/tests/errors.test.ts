// Failures of transports; what becomes of the exchange's own statuses is in tests/conformance/errors.json.

import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { fromFailure, fromStatus, wasNeverSent } from "../src/error-mapping.ts";
import * as errors from "../src/errors.ts";

const system = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

test.each([
  ["fetch cannot connect", new TypeError("Failed to fetch")],
  [
    "the other side resets the stream",
    new ConnectError("reset", Code.Aborted, undefined, undefined, system("ECONNRESET")),
  ],
  ["HTTP/2 is closed", new ConnectError("http/2 stream closed with error code CANCEL (0x8)", Code.Canceled)],
  ["an answer breaks off", new ConnectError("missing trailer", Code.Unknown)],
])("a lost connection is Unavailable, and may have been sent: %s", (_, failure) => {
  const error = fromFailure(failure);
  expect(error).toBeInstanceOf(errors.Unavailable);
  expect(error.code).toBe("UNAVAILABLE");
  expect(wasNeverSent(error)).toBe(false);
});

test.each([
  ["Node is refused", ConnectError.from(system("ECONNREFUSED"), Code.Unavailable)],
  ["fetch in Node is refused", new TypeError("fetch failed", { cause: system("ECONNREFUSED") })],
  [
    "fetch in Node is refused at every address",
    new TypeError("fetch failed", { cause: new AggregateError([system("ECONNREFUSED"), system("ECONNREFUSED")]) }),
  ],
  ["our gateway is refused", wire("the exchange cannot be reached; nothing was sent", 14)],
  [
    "an Envoy as it comes is refused",
    wire("upstream connect error or disconnect/reset before headers. reset reason: remote connection failure", 14),
  ],
])("what could not connect was never sent: %s", (_, failure) => {
  const error = fromFailure(failure);
  expect(error).toBeInstanceOf(errors.Unavailable);
  expect(wasNeverSent(error)).toBe(true);
});

test("an address that hangs is not one that refuses", () => {
  const cause = new AggregateError([system("ECONNREFUSED"), system("ETIMEDOUT")]);
  expect(wasNeverSent(fromFailure(new TypeError("fetch failed", { cause })))).toBe(false);
});

test("a status of the exchange is not taken for a lost connection", () => {
  expect(fromFailure(wire("aborted", 10))).toBeInstanceOf(errors.UnexpectedAnswer);
});

test("details that cannot be read do not hide the error", () => {
  const details = [{ type: "google.rpc.ErrorInfo", value: new Uint8Array([0xff, 0xff]) }];
  expect(fromStatus("NOT_FOUND", "no such order", details)).toMatchObject({ name: "NotFound", reasonName: "" });
});

test("an error says its reason, message and field", () => {
  const error = new errors.InvalidOrder("not a multiple of the tick size", {
    reason: "PRICE_OFF_TICK",
    field: "price",
  });
  expect(`${error}`).toBe("PRICE_OFF_TICK: not a multiple of the tick size (price)");
  expect(error.code).toBe("INVALID_ARGUMENT");
  expect(error).toBeInstanceOf(errors.InvalidRequest);
  expect(error).toBeInstanceOf(errors.OrderRejected);
  expect(new errors.NotFound("x")).not.toBeInstanceOf(errors.InvalidRequest);
});

function wire(message: string, code: Code): ConnectError {
  return new ConnectError(message, code, { "grpc-status": String(code) });
}
