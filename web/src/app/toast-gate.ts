/** How many toasts of its own an order event may have, and in what time. */
const MOST = 4;
const WINDOW_MS = 3_000;

/**
 * Decides which order events get a toast of their own. A bot on the account may cause hundreds a second: nobody reads those, and
 * each toast is measured in the page's layout. What gets none is counted.
 */
export class ToastGate {
  private shownAt: number[] = [];
  private heldBack = 0;

  /** Whether an event at `nowMs` is shown; when not, how many have been held back since the last that was. */
  admit(nowMs: number): { isShown: true } | { isShown: false; heldBack: number } {
    this.shownAt = this.shownAt.filter((time) => nowMs - time < WINDOW_MS);
    if (this.shownAt.length < MOST) {
      this.shownAt.push(nowMs);
      this.heldBack = 0;
      return { isShown: true };
    }
    this.heldBack += 1;
    return { isShown: false, heldBack: this.heldBack };
  }
}
