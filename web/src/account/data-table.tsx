// biome-ignore-all lint/a11y/useFocusableInteractive: the box that scrolls takes the keyboard, not its rows
// biome-ignore-all lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
// biome-ignore-all lint/a11y/useSemanticElements: rows out of sight are not in the page, and a <table> can not be cut so
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type ReactNode, useEffect, useRef } from "react";
import { useMedia } from "@/app/use-media";
import { cn } from "@/ui/cn";

/** One column of a table; `width` is in pixels and grows by its share of what is left. */
export interface Column<Row> {
  readonly id: string;
  /** What the header says; empty for a column of buttons, which then needs `label`. */
  readonly title: string;
  readonly label?: string;
  readonly width: number;
  readonly align?: "left" | "right";
  /** Stays at the right edge when the table scrolls sideways. */
  readonly isPinned?: boolean;
  readonly cell: (row: Row) => ReactNode;
}

interface DataTableProps<Row> {
  /** What the table is, for who does not see it. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Shown in place of rows when there are none. */
  readonly empty: ReactNode;
  /** Called when the last rows come into sight and there are more to load. */
  readonly onEnd?: () => void;
  /** Shown under the last row, such as that more is loading. */
  readonly footer?: ReactNode;
  /** A row where there is no room for columns: two lines on a phone. */
  readonly card: (row: Row) => ReactNode;
  readonly className?: string;
}

const ROW_HEIGHT = 32;
const CARD_HEIGHT = 56;
const HEADER_HEIGHT = 30;
/** More is asked for when so many rows are left below the last one in sight. */
const ROWS_AHEAD = 15;

/**
 * A table of any length of which only what is in sight is in the page.
 *
 * It scrolls both ways in its own box, with the header and the first column in place; the box takes the keyboard.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { rows, rowKey, onEnd, card } = props;
  const hasRoom = useMedia("(min-width: 640px)");
  const columns = hasRoom ? props.columns : [{ id: "card", title: "", label: props.label, width: 280, cell: card }];
  const rowHeight = hasRoom ? ROW_HEIGHT : CARD_HEIGHT;
  const box = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    getItemKey: (index) => rowKey(rows[index] as Row),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: it measures anew because the height has changed
  useEffect(() => virtualizer.measure(), [rowHeight]);
  const inSight = virtualizer.getVirtualItems();
  const last = inSight.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= rows.length - 1 - ROWS_AHEAD) {
      onEnd?.();
    }
  }, [last, rows.length, onEnd]);

  const grid: CSSProperties = {
    gridTemplateColumns: columns.map(({ width }) => `minmax(${width}px, ${width}fr)`).join(" "),
    minWidth: columns.reduce((total, { width }) => total + width, 0),
  };
  return (
    <section
      ref={box}
      aria-label={props.label}
      tabIndex={0}
      className={cn("relative min-h-0 flex-1 overflow-auto focus-visible:-outline-offset-2", props.className)}
    >
      <div role="table" aria-label={props.label} aria-rowcount={rows.length + 1} className="text-xs">
        <div role="rowgroup" className={cn("sticky top-0 z-10", hasRoom || "sr-only")}>
          <div
            role="row"
            aria-rowindex={1}
            className="grid border-b border-line bg-surface text-faint text-2xs"
            style={{ ...grid, height: HEADER_HEIGHT }}
          >
            {columns.map((column) => (
              <div key={column.id} role="columnheader" className={cellClass(column)}>
                {column.title || <span className="sr-only">{column.label}</span>}
              </div>
            ))}
          </div>
        </div>
        <div
          role="rowgroup"
          className="relative"
          style={{ height: virtualizer.getTotalSize(), minWidth: grid.minWidth }}
        >
          {inSight.map(({ index, key, start }) => {
            const row = rows[index] as Row;
            return (
              <div
                key={key}
                role="row"
                aria-rowindex={index + 2}
                className="absolute top-0 left-0 grid w-full group border-line/60 border-b hover:bg-hover"
                style={{ ...grid, height: rowHeight, transform: `translateY(${start}px)` }}
              >
                {columns.map((column) => (
                  <div key={column.id} role="cell" className={cellClass(column)}>
                    {column.cell(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {rows.length === 0 ? props.empty : props.footer}
    </section>
  );
}

function cellClass(column: Pick<Column<never>, "align" | "isPinned">): string {
  return cn(
    "flex min-w-0 items-center gap-1 overflow-hidden px-2 whitespace-nowrap first:pl-3 last:pr-3",
    column.isPinned && "sticky right-0 bg-surface group-hover:bg-hover",
    column.align === "right" && "justify-end text-right tabular-nums",
  );
}
