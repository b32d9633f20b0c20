import { InvalidRequest } from "@exchange/sdk";
import { expect, it } from "vitest";
import { problemsOf, readInteger } from "./form-problems";

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

it("reads whole numbers and nothing else", () => {
  expect(readInteger(" -100 ", "Fee")).toBe(-100);
  expect(readInteger("", "Fee", 0)).toBe(0);
  for (const wrong of ["", "1.5", "1e3", "0x10", "12345678901"]) {
    expect(() => readInteger(wrong, "Fee")).toThrow("Fee is a whole number");
  }
});
