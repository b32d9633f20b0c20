import { fireEvent, render, screen } from "@testing-library/react";
import { Decimal } from "decimal.js";
import { useState } from "react";
import { expect, it } from "vitest";
import { NumberField } from "./number-field";
import { snapPrice, stepPrice } from "./order-maths";

const TICK = new Decimal("0.1");

function Price({ error, start }: { error?: string; start?: Decimal }) {
  const [value, setValue] = useState("");
  return (
    <NumberField
      label="Price"
      unit="USDC"
      value={value}
      onChange={setValue}
      snap={(price) => snapPrice(price, TICK)}
      step={(price, ticks) => stepPrice(price, ticks, TICK)}
      start={() => start}
      error={error}
    />
  );
}

function field(props: { error?: string; start?: Decimal } = {}): HTMLInputElement {
  render(<Price {...props} />);
  return screen.getByRole("textbox", { name: "Price" });
}

it("snaps when it is left, not while a person types", () => {
  const input = field();
  fireEvent.change(input, { target: { value: "100.26" } });
  expect(input.value).toBe("100.26");
  fireEvent.blur(input);
  expect(input.value).toBe("100.3");
});

it("leaves alone what is no number", () => {
  const input = field();
  fireEvent.change(input, { target: { value: "12a" } });
  fireEvent.blur(input);
  expect(input.value).toBe("12a");
});

it("steps by ticks, ten with Shift, without losing digits", () => {
  const input = field();
  fireEvent.change(input, { target: { value: "0.2" } });
  fireEvent.keyDown(input, { key: "ArrowUp" });
  expect(input.value).toBe("0.3");
  fireEvent.keyDown(input, { key: "ArrowUp", shiftKey: true });
  expect(input.value).toBe("1.3");
});

it("steps from the best price when it is empty", () => {
  const input = field({ start: new Decimal("50") });
  fireEvent.keyDown(input, { key: "ArrowDown" });
  expect(input.value).toBe("49.9");
});

it("says what is wrong to everybody", () => {
  const input = field({ error: "Too much" });
  expect(input.getAttribute("aria-invalid")).toBe("true");
  const described = input.getAttribute("aria-describedby") ?? "";
  expect(document.getElementById(described)?.textContent).toBe("Too much");
  expect(screen.getByRole("alert").textContent).toBe("Too much");
});
