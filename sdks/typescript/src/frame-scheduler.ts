/** Calls back once a frame, however often it is asked: how hubs tell their readers, and tests decide when. */
export interface FrameScheduler {
  /** Call back with the next frame; return how to take that back. */
  request(callback: () => void): () => void;
}

/** The most that a page which is not shown waits: browsers give it no frames, and its title may show a price. */
const HIDDEN_MS = 1_000;
/** Where there is no screen. */
const FRAME_MS = 16;

/** The browser's animation frames; about sixty a second where there are none. */
export const animationFrames: FrameScheduler = {
  request(callback) {
    if (typeof requestAnimationFrame !== "function") {
      const timer = setTimeout(callback, FRAME_MS);
      return () => clearTimeout(timer);
    }
    const cancel = () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
    const call = () => {
      cancel();
      callback();
    };
    const frame = requestAnimationFrame(call);
    const timer = setTimeout(call, HIDDEN_MS);
    return cancel;
  },
};
