/** Times in few letters, for narrow columns. */
import { formatClock, formatDateTime } from "@/lib/time";

/** The clock for what was today, in the reader's time zone; day and minute for what is older: `03-01 14:03`. */
export function shortTime(time: Date, now: Date): string {
  return time.toDateString() === now.toDateString() ? formatClock(time) : formatDateTime(time).slice(5, 16);
}
