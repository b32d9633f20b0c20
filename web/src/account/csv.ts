/**
 * Tables as CSV (RFC 4180): a header, CRLF, quotes where they are needed.
 *
 * Numbers are written exactly as they are told. Text that a spreadsheet would run as a formula gets a leading
 * apostrophe: client order ids are chosen by whoever places the order.
 */
import type { Decimal } from "@exchange/sdk";

/** What a cell may hold; a `number` is no amount, only a count. */
export type CsvValue = string | Decimal | bigint | number | boolean | Date | null | undefined;

export interface CsvColumn<Row> {
  readonly title: string;
  readonly value: (row: Row) => CsvValue;
}

const FORMULA = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\r\n]/;

/** Write one row as a line without its end. */
export function csvLine(values: readonly CsvValue[]): string {
  return values.map(csvCell).join(",");
}

/** Write a header and a line for each row; ends with a line end. */
export function toCsv<Row>(columns: readonly CsvColumn<Row>[], rows: Iterable<Row>): string {
  const lines = [csvLine(columns.map((column) => column.title))];
  for (const row of rows) {
    lines.push(csvLine(columns.map((column) => column.value(row))));
  }
  return `${lines.join("\r\n")}\r\n`;
}

function csvCell(value: CsvValue): string {
  if (value === null || value === undefined) {
    return "";
  }
  if (typeof value === "string") {
    return quoted(FORMULA.test(value) ? `'${value}` : value);
  }
  if (value instanceof Date) {
    return value.toISOString();
  }
  if (typeof value === "object") {
    return value.toFixed();
  }
  return String(value);
}

function quoted(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Name a file after what it holds and when it was made: `fills-2026-01-31-142501.csv`, in UTC. */
export function csvFileName(what: string, now: Date): string {
  const [day, time] = now.toISOString().slice(0, 19).split("T");
  return `${what}-${day}-${time?.replaceAll(":", "")}.csv`;
}
