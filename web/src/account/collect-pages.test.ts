import { describe, expect, it } from "vitest";
import { collectPages, type PageLike } from "./collect-pages";

const rows = Array.from({ length: 7 }, (_, index) => index);

/** Pages of three rows; a page's token is where it begins. */
async function fetchPage(token: string): Promise<PageLike<number>> {
  const begin = Number(token || 0);
  const end = begin + 3;
  return { items: rows.slice(begin, end), nextPageToken: end < rows.length ? String(end) : "" };
}

describe("collecting pages", () => {
  it("goes on to the last page and tells how far it is", async () => {
    const told: number[] = [];
    const collected = await collectPages(fetchPage, { limit: 100, onProgress: (count) => told.push(count) });
    expect(collected).toEqual({ rows, isCut: false });
    expect(told).toEqual([3, 6, 7]);
  });

  it("stops at the limit and says that rows are missing", async () => {
    expect(await collectPages(fetchPage, { limit: 4 })).toEqual({ rows: [0, 1, 2, 3], isCut: true });
    expect(await collectPages(fetchPage, { limit: 6 })).toEqual({ rows: rows.slice(0, 6), isCut: true });
    expect(await collectPages(fetchPage, { limit: 7 })).toEqual({ rows, isCut: false });
  });

  it("ends when it is aborted", async () => {
    const abort = new AbortController();
    const collecting = collectPages(fetchPage, { limit: 100, signal: abort.signal, onProgress: () => abort.abort() });
    await expect(collecting).rejects.toThrow(/abort/i);
  });

  it("fails with what a page was refused with", async () => {
    const refused = async () => Promise.reject(new Error("not now"));
    await expect(collectPages(refused, { limit: 1 })).rejects.toThrow("not now");
  });
});
