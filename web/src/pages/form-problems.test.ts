import { InvalidRequest } from "@exchange/sdk";
import { expect, it } from "vitest";
import { misreadings, problemsOf } from "./form-problems";

const text = (error: unknown) => (error as Error).message;
const refusal = (field: string) => new InvalidRequest("not a multiple", { field });

it("is said at the field that the exchange names", () => {
  expect(problemsOf(refusal("tick_size"), ["tick_size", "lot_size"], text)).toEqual({
    fields: { tick_size: "not a multiple" },
  });
});

it("is said at the field inside of a message", () => {
  expect(problemsOf(refusal("protection.min_quantity"), ["quantity", "min_quantity"], text)).toEqual({
    fields: { min_quantity: "not a multiple" },
  });
});

it("is said over the form when no field is at fault", () => {
  expect(problemsOf(refusal("elsewhere"), ["tick_size"], text)).toEqual({ fields: {}, form: "not a multiple" });
  expect(problemsOf(new Error("no network"), ["tick_size"], text)).toEqual({ fields: {}, form: "no network" });
});

it("finds what is no number before anything is sent", () => {
  const fields = [
    { name: "label" },
    { name: "fee", kind: "integer" },
    { name: "tick", kind: "decimal" },
    { name: "limit", kind: "decimal", isOptional: true },
  ] as const;
  expect(misreadings(fields, { label: "", fee: " -100 ", tick: "0.01", limit: "" })).toEqual({});
  expect(misreadings(fields, { label: "", fee: "1.5", tick: "", limit: "<b>" })).toEqual({
    fee: "Not a whole number",
    tick: "Not a number",
    limit: "Not a number",
  });
  expect(misreadings(fields, { fee: "1e3", tick: "-1", limit: "1e-9" })).toHaveProperty("tick");
});
