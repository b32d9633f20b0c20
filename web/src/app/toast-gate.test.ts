import { expect, it } from "vitest";
import { ToastGate } from "./toast-gate";

it("shows the events of a person, one by one", () => {
  const gate = new ToastGate();
  for (const now of [0, 1000, 2000, 3000, 4000, 5000]) expect(gate.admit(now)).toEqual({ isShown: true });
});

it("counts the events of a bot instead", () => {
  const gate = new ToastGate();
  const verdicts = [0, 1, 2, 3, 4, 5].map((now) => gate.admit(now));
  expect(verdicts.slice(0, 4).every(({ isShown }) => isShown)).toBe(true);
  expect(verdicts.slice(4)).toEqual([
    { isShown: false, heldBack: 1 },
    { isShown: false, heldBack: 2 },
  ]);
  // As long as it goes on, nothing more is shown.
  for (let now = 500; now < 10_000; now += 500) expect(gate.admit(now).isShown).toBe(false);
  expect(gate.admit(13_000)).toEqual({ isShown: true });
});
