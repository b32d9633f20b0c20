import { Download } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { toast } from "sonner";
import { errorText } from "@/lib/errors";
import { Button } from "@/ui/button";
import { Spinner } from "@/ui/feedback";
import type { Collected } from "./collect-pages";
import { type CsvColumn, csvFileName, toCsv } from "./csv";
import { downloadText } from "./download";

/** A file holds no more rows than this; who needs more asks the API. */
export const EXPORT_LIMIT = 100_000;
/** The largest pages there are: an export is few requests. */
export const EXPORT_PAGE_SIZE = 1000;

interface ExportButtonProps<Row> {
  /** What the rows are, for the file's name and the button's. */
  readonly what: string;
  readonly columns: readonly CsvColumn<Row>[];
  /** Collects all rows that the filters show, those that were not loaded yet as well. */
  readonly collect: (signal: AbortSignal, onProgress: (count: number) => void) => Promise<Collected<Row>>;
}

/** Saves everything that the filters show as CSV; pressed again while it works, it stops. */
export function ExportButton<Row>({ what, columns, collect }: ExportButtonProps<Row>) {
  const running = useRef<AbortController>(undefined);
  const [count, setCount] = useState<number>();
  useEffect(() => () => running.current?.abort(), []);

  const save = async () => {
    const abort = new AbortController();
    running.current = abort;
    setCount(0);
    try {
      const { rows, isCut } = await collect(abort.signal, setCount);
      downloadText(csvFileName(what.replaceAll(" ", "-"), new Date()), toCsv(columns, rows));
      if (isCut) {
        toast.warning(`Only the newest ${EXPORT_LIMIT.toLocaleString("en")} rows are in the file`);
      }
    } catch (error) {
      if (!abort.signal.aborted) {
        toast.error(`The ${what} could not be exported`, { description: errorText(error) });
      }
    } finally {
      setCount(undefined);
    }
  };

  const isRunning = count !== undefined;
  return (
    <Button
      variant="ghost"
      size="xs"
      aria-label={isRunning ? "Stop the export" : `Export ${what} as CSV`}
      onClick={() => (isRunning ? running.current?.abort() : void save())}
    >
      {isRunning ? <Spinner size={13} label="Exporting" /> : <Download size={13} aria-hidden />}
      <span className="max-sm:hidden">{isRunning && count > 0 ? count.toLocaleString("en") : "CSV"}</span>
    </Button>
  );
}
