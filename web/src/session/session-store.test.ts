import { expect, it } from "vitest";
import { readSession, useSessionStore } from "./session-store";

const SESSION = { apiKey: "ex_1", accountId: "1001", name: "alice" };

it("keeps the key in this tab, and forgets it", () => {
  useSessionStore.getState().signIn(SESSION);
  expect(Object.values(sessionStorage).join()).toContain("ex_1");
  expect(Object.values(localStorage).join()).not.toContain("ex_1");
  useSessionStore.getState().signOut();
  expect(sessionStorage).toHaveLength(0);
  expect(useSessionStore.getState().session).toBeUndefined();
});

it("reads back what it wrote", () => {
  expect(readSession(JSON.stringify(SESSION))).toEqual(SESSION);
});

it.each([null, "", "{", "null", '{"apiKey":""}', '{"apiKey":1,"accountId":"1","name":"a"}'])(
  "is signed out by %j",
  (text) => {
    expect(readSession(text)).toBeUndefined();
  },
);
