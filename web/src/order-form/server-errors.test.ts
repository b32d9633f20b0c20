import { ExchangeError } from "@exchange/sdk";
import { expect, it } from "vitest";
import { placeError } from "./server-errors";

const refused = (
  message: string,
  options: { field?: string; reason?: "INSUFFICIENT_FUNDS" | "POST_ONLY_WOULD_CROSS" },
) => new ExchangeError(message, { code: "FAILED_PRECONDITION", ...options });
const everywhere = () => true;

it("puts an error at the field that the exchange names", () => {
  const error = refused("trigger_price: the last trade already satisfies the trigger", { field: "trigger_price" });
  expect(placeError(error, everywhere)).toEqual({
    place: "triggerPrice",
    message: "The last trade already satisfies the trigger",
  });
});

it("puts a reason without a field where a person would change something", () => {
  expect(placeError(refused("no", { reason: "INSUFFICIENT_FUNDS" }), everywhere).place).toBe("size");
  expect(placeError(refused("no", { reason: "POST_ONLY_WOULD_CROSS" }), everywhere).place).toBe("price");
});

it("puts it under the form where the field is not shown, or the error is none of the exchange", () => {
  expect(placeError(refused("price: no", { field: "price" }), () => false).place).toBe("root");
  expect(placeError(new TypeError("Failed"), everywhere)).toEqual({ place: "root", message: "Failed" });
});
