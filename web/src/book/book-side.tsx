import { type KeyboardEvent, memo } from "react";
import { formatDecimal } from "@/lib/decimal";
import { cn } from "@/ui/cn";
import type { BookRow } from "./book-rows";

/** Height of a row in CSS pixels; the book shows as many as there is room for. */
export const ROW_HEIGHT = 20;

/** What was clicked: a price alone, or a price with all that lies up to it. */
export type BookPick = { price: string; quantity?: string };

type BookSideProps = {
  side: "bids" | "asks";
  /** Best first; asks are shown from the bottom. */
  rows: readonly BookRow[];
  priceDecimals: number;
  quantityDecimals: number;
  onPick: (pick: BookPick) => void;
};

/** One side of the book as a table. Arrow keys go from price to price, Enter takes one. */
export function BookSide({ side, rows, priceDecimals, quantityDecimals, onPick }: BookSideProps) {
  const shown = side === "asks" ? rows.toReversed() : rows;
  const best = rows[0];
  return (
    <table
      aria-label={side === "asks" ? "Asks" : "Bids"}
      className="w-full table-fixed border-collapse text-xs"
      onKeyDown={moveBetweenRows}
    >
      <thead className="sr-only">
        <tr>
          <th scope="col">Price</th>
          <th scope="col">Size</th>
          <th scope="col">Total</th>
        </tr>
      </thead>
      <tbody>
        {shown.map((row) => (
          <Row
            key={row.price.toFixed()}
            side={side}
            price={row.price.toFixed()}
            priceText={formatDecimal(row.price, { decimals: priceDecimals })}
            quantityText={formatDecimal(row.quantity, { decimals: quantityDecimals })}
            total={row.total.toFixed()}
            totalText={formatDecimal(row.total, { decimals: quantityDecimals })}
            share={Math.round(row.share * 1000) / 1000}
            own={row.own ? formatDecimal(row.own) : undefined}
            isEntry={row === best}
            onPick={onPick}
          />
        ))}
      </tbody>
    </table>
  );
}

type RowProps = {
  side: "bids" | "asks";
  price: string;
  priceText: string;
  quantityText: string;
  total: string;
  totalText: string;
  share: number;
  own: string | undefined;
  /** The one row that the Tab key comes to. */
  isEntry: boolean;
  onPick: (pick: BookPick) => void;
};

/** All properties are plain values, so that only rows that changed are rendered again. */
const Row = memo(function Row(row: RowProps) {
  const isAsk = row.side === "asks";
  return (
    <tr className="group relative h-5 hover:bg-hover" data-price={row.price} data-own={row.own}>
      <td className="relative p-0">
        <span
          aria-hidden
          className={cn("absolute inset-y-px right-0 origin-right", isAsk ? "bg-sell-soft" : "bg-buy-soft")}
          // The bar spans the whole row; its cell is a third of it.
          style={{ width: "300%", right: "-200%", transform: `scaleX(${row.share})` }}
        />
        {row.own ? (
          <span
            title={`Your orders: ${row.own}`}
            className={cn("absolute inset-y-1 left-1 w-[3px] rounded-full", isAsk ? "bg-sell" : "bg-buy")}
          >
            <span className="sr-only">Your orders: {row.own}</span>
          </span>
        ) : null}
        <button
          type="button"
          data-book-price
          tabIndex={row.isEntry ? 0 : -1}
          aria-label={`${row.priceText}, use this price`}
          className={cn(
            "relative h-5 w-full pr-1 pl-3 text-left font-medium focus-visible:-outline-offset-2",
            isAsk ? "text-sell" : "text-buy",
          )}
          onClick={() => row.onPick({ price: row.price })}
        >
          {row.priceText}
        </button>
      </td>
      <td className="relative p-0">
        <button
          type="button"
          tabIndex={-1}
          aria-label={`${row.quantityText} at ${row.priceText}, use all up to this price`}
          className="relative h-5 w-full px-1 text-right text-text focus-visible:-outline-offset-2"
          onClick={() => row.onPick({ price: row.price, quantity: row.total })}
        >
          {row.quantityText}
        </button>
      </td>
      <td className="relative p-0">
        <button
          type="button"
          tabIndex={-1}
          aria-label={`${row.totalText} up to ${row.priceText}, use all of it`}
          className="relative h-5 w-full pr-3 pl-1 text-right text-muted focus-visible:-outline-offset-2"
          onClick={() => row.onPick({ price: row.price, quantity: row.total })}
        >
          {row.totalText}
        </button>
      </td>
    </tr>
  );
});

function moveBetweenRows(event: KeyboardEvent<HTMLTableElement>): void {
  const direction = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (direction === 0) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("[data-book-price]")];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const next = buttons[at + direction];
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
}
