// The order entry stream without its I/O: what waits, what was sent, what an answer or a break means for it.

import { create } from "@bufbuild/protobuf";
import { wasNeverSent } from "./error-mapping.ts";
import { type ExchangeError, type OutcomeUnknown, Unavailable, UnexpectedAnswer } from "./errors.ts";
import type { CancelReplaceResult, OrderResult } from "./order-models.ts";
import { cancelTime, single } from "./order-operations.ts";
import { unknown } from "./order-outcomes.ts";
import { keyOf, listOrders, type Single } from "./order-requests.ts";
import * as parse from "./parse-orders.ts";
import * as pb from "./proto.ts";

export type EntryRequest = pb.OrderEntryRequest["request"];

/** A request that was handed in, and the promise of its answer. */
export class Pending {
  readonly message: pb.OrderEntryRequest;
  readonly answered: Promise<unknown>;
  readonly #resolve: (result: unknown) => void;
  readonly #reject: (error: ExchangeError) => void;

  constructor(message: pb.OrderEntryRequest) {
    this.message = message;
    const { promise, resolve, reject } = withResolvers();
    this.answered = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    // Its caller may have gone, and a failure that nobody sees ends a Node process.
    promise.catch(() => undefined);
  }

  /** Return the requests about one order in it; undefined stands for one that names no order to ask by. */
  singles(): (Single | undefined)[] {
    const { request } = this.message;
    switch (request.case) {
      case "batch":
        return request.value.items.map(single);
      case "cancelReplaceOrder":
        return [request.value.cancelOrder, request.value.placeOrder];
      case "placeOcoOrder":
      case "placeBracketOrder":
        return ordersOf(request.value);
      case "placeOrder":
      case "amendOrder":
      case "cancelOrder":
        return [request.value];
      default:
        return [undefined];
    }
  }

  /** Return the error of a request that nobody will answer any more. */
  lost(why: string): OutcomeUnknown {
    const { request } = this.message;
    if (request.case === "batch") return unknown(undefined, why);
    // Of a list any order that has a key.
    if (isList(request)) {
      return unknown(
        ordersOf(request.value).find((order) => order.clientOrderId),
        why,
      );
    }
    // Of a cancel-replace the new order, whose key makes it safe to send again.
    return unknown(this.singles().at(-1), why);
  }

  /** Hand over the exchange's answer. */
  answer({ outcome }: pb.OrderEntryResponse): void {
    switch (outcome.case) {
      case "error":
        this.fail(parse.orderError(outcome.value));
        break;
      case "result":
        this.finish(this.#results([outcome.value]));
        break;
      case "batch":
        this.finish(this.#results(outcome.value.results));
        break;
      case "cancelReplace":
        this.#resolve(this.#replaced(outcome.value));
        break;
      case "orderList":
        this.#resolve({ orderListId: outcome.value.orderListId, results: this.#results(outcome.value.results) });
        break;
      case "cancelAllOrders":
        this.#resolve([...outcome.value.orderIds]);
        break;
      case "setCancelAllAfter":
        this.#resolve(cancelTime(outcome.value));
        break;
      default:
        this.fail(new UnexpectedAnswer("an answer without an outcome"));
    }
  }

  /** Hand over the results of `singles`: a batch as a list, a pair as one, a single one as itself or its error. */
  finish(results: readonly OrderResult[]): void {
    const { request } = this.message;
    const refused = results.find((each) => each.error !== undefined)?.error;
    const last = results.at(-1);
    if (request.case === "batch") {
      // One that was to happen wholly or not at all fails with what was not found of it.
      if (request.value.allOrNone && refused) this.fail(refused);
      else this.#resolve([...results]);
    } else if (isList(request)) {
      // Its orders were accepted together, so a missing one tells of all.
      if (refused) this.fail(refused);
      else this.#resolve({ orderListId: results[0]?.orderId ?? 0n, results });
    } else if (last?.error) this.fail(last.error);
    else if (request.case === "cancelReplaceOrder") this.#resolve({ cancel: results[0], place: last });
    else this.#resolve(last);
  }

  fail(error: ExchangeError): void {
    this.#reject(error);
  }

  #replaced(answer: pb.CancelReplaceResult): CancelReplaceResult {
    const [cancel, place] = this.singles();
    return {
      cancel: answer.cancel && result(answer.cancel, cancel),
      place: result(answer.place ?? create(pb.OrderResultSchema), place),
    };
  }

  #results(results: readonly pb.OrderResult[]): OrderResult[] {
    const singles = this.singles();
    return results.map((each, index) => result(each, singles[index]));
  }
}

/** Requests in the order in which they were handed in; answers come in the same order. */
export class Pipeline {
  readonly #released: () => void;
  readonly #cancelOnDisconnect: boolean;
  readonly #waiting = new Queue<Pending>();
  readonly #sent = new Queue<Pending>();
  #nextNumber = 1n;

  /**
   * `released` is called once for each request that is no longer under way. `cancelOnDisconnect`: of the first request of a
   * stream; all have it, because any may become the first after a break.
   */
  constructor(released: () => void, cancelOnDisconnect: boolean) {
    this.#released = released;
    this.#cancelOnDisconnect = cancelOnDisconnect;
  }

  /** Queue a request; numbers it. */
  add(request: EntryRequest): Pending {
    const requestId = this.#nextNumber++;
    const cancelOnDisconnect = this.#cancelOnDisconnect;
    const pending = new Pending(create(pb.OrderEntryRequestSchema, { requestId, request, cancelOnDisconnect }));
    this.#waiting.push(pending);
    return pending;
  }

  /** Return the next request to send, which from now on counts as sent. */
  take(): pb.OrderEntryRequest | undefined {
    const pending = this.#waiting.shift();
    if (pending) this.#sent.push(pending);
    return pending?.message;
  }

  /** Take an answer. Throws UnexpectedAnswer when it is not the oldest request's: the stream cannot be trusted. */
  answer(response: pb.OrderEntryResponse): void {
    if (this.#sent.first()?.message.requestId !== response.requestId) {
      throw new UnexpectedAnswer(`an answer to request ${response.requestId}, which is not the oldest`);
    }
    this.#sent.shift()?.answer(response);
    this.#released();
  }

  /**
   * Take note that the stream is gone; return the requests whose outcome has to be asked for. What certainly did not leave
   * is sent again on the next stream, in order.
   */
  broke(error: ExchangeError): Pending[] {
    const lost = this.#sent.drain();
    if (!wasNeverSent(error)) return lost;
    for (const pending of [...lost, ...this.#waiting.drain()]) this.#waiting.push(pending);
    return [];
  }

  /** Count a request that was returned by `broke` as done. */
  release(): void {
    this.#released();
  }

  /** End every request that is under way with an error. */
  fail(error: ExchangeError): void {
    for (const pending of [...this.#sent.drain(), ...this.#waiting.drain()]) {
      pending.fail(error);
      this.#released();
    }
  }

  /** End every request that is under way without knowing what came of it; what was not sent was not executed. */
  abandon(why: string): void {
    for (const pending of this.#sent.drain()) {
      pending.fail(pending.lost(why));
      this.#released();
    }
    for (const pending of this.#waiting.drain()) {
      pending.fail(new Unavailable(`not sent: ${why}`));
      this.#released();
    }
  }
}

/** First in, first out, in constant time: an array's `shift` moves all that follows. */
class Queue<Item> {
  #items: Item[] = [];
  #begin = 0;

  push(item: Item): void {
    this.#items.push(item);
  }

  first(): Item | undefined {
    return this.#items[this.#begin];
  }

  shift(): Item | undefined {
    const item = this.#items[this.#begin];
    if (item === undefined) return undefined;
    this.#begin += 1;
    // What was taken is given up now and then, so that the array does not grow for ever.
    if (this.#begin > 1_000 && this.#begin * 2 > this.#items.length) this.#items = this.drain();
    return item;
  }

  /** Take all. */
  drain(): Item[] {
    const items = this.#items.slice(this.#begin);
    this.#items = [];
    this.#begin = 0;
    return items;
  }
}

type ListRequest = Extract<EntryRequest, { case: "placeOcoOrder" | "placeBracketOrder" }>;

function isList(request: EntryRequest): request is ListRequest {
  return request.case === "placeOcoOrder" || request.case === "placeBracketOrder";
}

/** Return the orders of a list; of one that is only to be checked, none can be asked by its key. */
function ordersOf(request: ListRequest["value"]): pb.PlaceOrderRequest[] {
  const orders = listOrders(request);
  if (!request.validateOnly) return orders;
  return orders.map(({ clientOrderId }) => create(pb.PlaceOrderRequestSchema, { clientOrderId, validateOnly: true }));
}

function result(answer: pb.OrderResult, request: Single | undefined): OrderResult {
  return parse.orderResult(answer, request ? keyOf(request) : "");
}

function withResolvers() {
  let resolve: (result: unknown) => void = () => undefined;
  let reject: (error: ExchangeError) => void = () => undefined;
  const promise = new Promise<unknown>((onResult, onError) => {
    resolve = onResult;
    reject = onError;
  });
  return { promise, resolve, reject };
}
