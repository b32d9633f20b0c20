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

/**
 * One side of the book as a table. Arrow keys go from price to price, Enter takes one.
 *
 * It changes in every frame of a busy market, so it is built of boxes that know nothing of each other (`contain`): a table
 * of HTML would be laid out as a whole for each digit that changes. The roles say what it is.
 */
export function BookSide({ side, rows, priceDecimals, quantityDecimals, onPick }: BookSideProps) {
  const shown = side === "asks" ? rows.toReversed() : rows;
  const best = rows[0];
  return (
    // biome-ignore lint/a11y/useSemanticElements: see above.
    <div role="table" aria-label={side === "asks" ? "Asks" : "Bids"} data-figures onKeyDown={moveBetweenRows}>
      {/* biome-ignore lint/a11y/useSemanticElements: see above. */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: a heading is not for the keyboard. */}
      <div role="row" className="sr-only">
        {["Price", "Size", "Total"].map((name) => (
          // biome-ignore lint/a11y/useSemanticElements: see above.
          // biome-ignore lint/a11y/useFocusableInteractive: a heading is not for the keyboard.
          <span key={name} role="columnheader">
            {name}
          </span>
        ))}
      </div>
      {shown.map((row, place) => (
        <Row
          // By place, counted from the best price: levels come and go many times a second, and the rows stay.
          key={side === "asks" ? shown.length - place : place}
          isAsk={side === "asks"}
          price={row.price.toFixed()}
          priceText={formatDecimal(row.price, { decimals: priceDecimals })}
          quantityText={formatDecimal(row.quantity, { decimals: quantityDecimals })}
          total={row.total.toFixed()}
          totalText={formatDecimal(row.total, { decimals: quantityDecimals })}
          barPercent={Math.round(row.share * 1000) / 10}
          own={row.own ? formatDecimal(row.own) : undefined}
          isEntry={row === best}
          onPick={onPick}
        />
      ))}
    </div>
  );
}

type RowProps = {
  isAsk: boolean;
  price: string;
  priceText: string;
  quantityText: string;
  total: string;
  totalText: string;
  /** Length of the bar behind the row. */
  barPercent: number;
  own: string | undefined;
  /** The one row that the Tab key comes to. */
  isEntry: boolean;
  onPick: (pick: BookPick) => void;
};

const CELL = "h-5 focus-visible:-outline-offset-2";

/** All properties are plain values, so that only rows that changed are rendered again. */
const Row = memo(function Row(row: RowProps) {
  const takePrice = () => row.onPick({ price: row.price });
  const takeAll = () => row.onPick({ price: row.price, quantity: row.total });
  return (
    // biome-ignore lint/a11y/useSemanticElements: see BookSide.
    // biome-ignore lint/a11y/useFocusableInteractive: what is in it can be focused.
    <div
      role="row"
      data-price={row.price}
      data-own={row.own}
      className={cn(
        "grid h-5 grid-cols-3 bg-right bg-no-repeat text-xs [contain:strict] hover:bg-hover",
        row.isAsk
          ? "bg-[linear-gradient(var(--sell-soft),var(--sell-soft))]"
          : "bg-[linear-gradient(var(--buy-soft),var(--buy-soft))]",
      )}
      // A size of the background is painted only; a width would be laid out, a transform a layer of its own.
      style={{ backgroundSize: `${row.barPercent}% 18px` }}
    >
      <Cell className="relative">
        {row.own ? (
          <span
            title={`Your orders: ${row.own}`}
            className={cn("absolute inset-y-1 left-1 w-[3px] rounded-full", row.isAsk ? "bg-sell" : "bg-buy")}
          >
            <span className="sr-only">Your orders: {row.own}</span>
          </span>
        ) : null}
        <button
          type="button"
          data-book-price
          title="Use this price"
          tabIndex={row.isEntry ? 0 : -1}
          className={cn(CELL, "w-full pr-1 pl-3 text-left font-medium", row.isAsk ? "text-sell" : "text-buy")}
          onClick={takePrice}
        >
          {row.priceText}
        </button>
      </Cell>
      <TakeAllCell className="px-1" onTake={takeAll}>
        {row.quantityText}
      </TakeAllCell>
      <TakeAllCell className="pr-3 pl-1 text-muted" onTake={takeAll}>
        {row.totalText}
      </TakeAllCell>
    </div>
  );
});

type TakeAllCellProps = { className: string; onTake: () => void; children: string };

function TakeAllCell({ className, onTake, children }: TakeAllCellProps) {
  return (
    <Cell>
      <button
        type="button"
        tabIndex={-1}
        title="Use all up to this price"
        className={cn(CELL, "w-full text-right", className)}
        onClick={onTake}
      >
        {children}
      </button>
    </Cell>
  );
}

function Cell({ className, children }: { className?: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see BookSide.
    <div role="cell" className={cn("[contain:strict]", className)}>
      {children}
    </div>
  );
}

function moveBetweenRows(event: KeyboardEvent<HTMLElement>): void {
  const direction = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (direction === 0) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("[data-book-price]")];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const next = buttons[at + direction];
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
}
