import { expect, test } from "vitest";
import { Pages } from "../src/pages.ts";

/** Seven items on pages of three. */
function list(asked: string[] = []) {
  const fetch = async (token: string) => {
    asked.push(token);
    const begin = Number(token || 0);
    const items = [0, 1, 2, 3, 4, 5, 6].slice(begin, begin + 3);
    return { items, nextPageToken: begin + 3 < 7 ? String(begin + 3) : "" };
  };
  return { fetch, asked };
}

test("iterating goes over every item of every page, and asks for no page before it is needed", async () => {
  const { fetch, asked } = list();
  const pages = new Pages(fetch);
  expect(asked).toEqual([]);
  const items = [];
  for await (const item of pages) {
    items.push(item);
    if (item === 2) expect(asked).toEqual([""]);
  }
  expect(items).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(asked).toEqual(["", "3", "6"]);
});

test("collecting stops at the limit", async () => {
  const { fetch, asked } = list();
  expect(await new Pages(fetch).collect(4)).toEqual([0, 1, 2, 3]);
  expect(asked).toEqual(["", "3"]);
  expect(await new Pages(fetch).collect()).toHaveLength(7);
});

test("it begins at a token", async () => {
  const { fetch } = list();
  expect((await new Pages(fetch, "6").page()).items).toEqual([6]);
});
