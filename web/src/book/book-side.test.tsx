import { fireEvent, render, screen, within } from "@testing-library/react";
import { Decimal } from "decimal.js";
import { expect, it, vi } from "vitest";
import { bookView } from "./book-rows";
import { BookSide } from "./book-side";

const level = (price: string, quantity: string) => ({ price: new Decimal(price), quantity: new Decimal(quantity) });
const VIEW = bookView(
  { bids: [level("99.5", "1"), level("99", "2")], asks: [level("100.5", "3"), level("101", "1")] },
  {
    depth: 5,
    step: new Decimal("0.5"),
    own: [{ price: new Decimal("101"), quantity: new Decimal("0.25"), isBuy: false }],
  },
);

function show(side: "bids" | "asks") {
  const onPick = vi.fn();
  render(<BookSide side={side} rows={VIEW[side]} priceDecimals={2} quantityDecimals={3} onPick={onPick} />);
  const table = screen.getByRole("table");
  const rows = within(table).getAllByRole("row").slice(1);
  return { onPick, table, rows };
}

it("shows the best ask at the bottom and the best bid at the top", () => {
  expect(show("asks").rows.map((row) => row.textContent)).toEqual([
    expect.stringContaining("101.00"),
    expect.stringContaining("100.50"),
  ]);
});

it("fills a price, or a price with all that lies up to it", () => {
  const { onPick, rows } = show("bids");
  const [price, size, total] = within(rows[1] as HTMLElement).getAllByRole("button");
  for (const button of [price, size, total]) fireEvent.click(button as HTMLElement);
  expect(onPick.mock.calls.map(([pick]) => pick)).toEqual([
    { price: "99" },
    { price: "99", quantity: "3" },
    { price: "99", quantity: "3" },
  ]);
});

it("marks the reader's own orders, in words too", () => {
  const { rows } = show("asks");
  expect(within(rows[0] as HTMLElement).getByText("Your orders: 0.25")).toBeTruthy();
  expect(within(rows[1] as HTMLElement).queryByText(/Your orders/)).toBeNull();
});

it("is one stop for the Tab key, and arrow keys go on from there", () => {
  const { table, rows } = show("bids");
  const stops = within(table)
    .getAllByRole("button")
    .filter((button) => button.tabIndex === 0);
  expect(stops).toHaveLength(1);
  stops[0]?.focus();
  fireEvent.keyDown(stops[0] as HTMLElement, { key: "ArrowDown" });
  expect(rows[1]?.contains(document.activeElement)).toBe(true);
});
