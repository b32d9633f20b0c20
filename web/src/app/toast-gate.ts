/** So many order events within this time, and there are no toasts of their own until it is quieter. */
const MOST = 4;
const WINDOW_MS = 3_000;

/**
 * Decides which order events get a toast of their own. A bot on the account may cause hundreds a second: nobody reads those, and
 * each toast is measured in the page's layout. What gets none is counted.
 */
export class ToastGate {
  /** When the latest events were, oldest first; at most `MOST` of them. */
  private readonly latest: number[] = [];
  private heldBack = 0;

  /** Whether an event at `nowMs` is shown; when not, how many have been held back since the last that was. */
  admit(nowMs: number): { isShown: true } | { isShown: false; heldBack: number } {
    const oldest = this.latest.length === MOST ? this.latest.shift() : undefined;
    this.latest.push(nowMs);
    const isShown = oldest === undefined || nowMs - oldest >= WINDOW_MS;
    this.heldBack = isShown ? 0 : this.heldBack + 1;
    return isShown ? { isShown } : { isShown, heldBack: this.heldBack };
  }
}
