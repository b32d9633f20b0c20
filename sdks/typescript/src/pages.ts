// Lists that come in pages: iterate over everything, take page by page, or collect.

import type { Page } from "./models.ts";

/**
 * A list of the exchange. `for await` goes over every item and asks for pages as needed; nothing is sent before.
 *
 * `page()` is the first page alone, `pages()` all of them one by one, `collect()` all items at once.
 */
export class Pages<Item> implements AsyncIterable<Item> {
  readonly #fetch: (pageToken: string) => Promise<Page<Item>>;
  readonly #pageToken: string;

  constructor(fetch: (pageToken: string) => Promise<Page<Item>>, pageToken = "") {
    this.#fetch = fetch;
    this.#pageToken = pageToken;
  }

  page(): Promise<Page<Item>> {
    return this.#fetch(this.#pageToken);
  }

  async *pages(): AsyncGenerator<Page<Item>, void, undefined> {
    for (let pageToken = this.#pageToken; ; ) {
      const page = await this.#fetch(pageToken);
      yield page;
      if (!page.nextPageToken) return;
      pageToken = page.nextPageToken;
    }
  }

  /** Return all items, or the first `limit`. */
  async collect(limit = Number.POSITIVE_INFINITY): Promise<Item[]> {
    const items: Item[] = [];
    for await (const page of this.pages()) {
      items.push(...page.items);
      if (items.length >= limit) return items.slice(0, limit);
    }
    return items;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) yield* page.items;
  }
}
