// What a unary call is: what is sent, how the answer is read, whether it may be sent twice.
//
// The calls are in market-operations, order-operations, account-operations and admin-operations.

import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { type ExchangeError, UnexpectedAnswer } from "./errors.ts";
import type { Page } from "./models.ts";

/**
 * One call.
 *
 * `mutates`: no answer means that the outcome is unknown. `repeatable`: sending it again does not do it twice. `settle`:
 * asked when a repeated attempt is refused; answers with the read that tells whether an attempt before it had succeeded
 * (its result, when there is one, is the call's), or undefined to let the refusal stand.
 */
export interface Operation<Result> {
  readonly method: DescMethodUnary;
  readonly request: object;
  readonly parse: (answer: never) => Result;
  readonly mutates: boolean;
  readonly repeatable: boolean;
  readonly clientOrderId?: string;
  readonly orderId?: bigint;
  readonly settle?: (error: ExchangeError) => Operation<Result | undefined> | undefined;
}

/** A list: the call for the page that a token names; empty is the first. */
export type Listed<Item> = (pageToken: string) => Operation<Page<Item>>;

/** Return a call that changes nothing. */
export function read<I extends DescMessage, O extends DescMessage, Result>(
  method: DescMethodUnary<I, O>,
  request: MessageInitShape<I>,
  parse: (answer: MessageShape<O>) => Result,
): Operation<Result> {
  return { method, request, parse, mutates: false, repeatable: true };
}

/** Return a call that changes something. */
export function write<I extends DescMessage, O extends DescMessage, Result>(
  method: DescMethodUnary<I, O>,
  request: MessageInitShape<I>,
  parse: (answer: MessageShape<O>) => Result,
  more: Partial<Pick<Operation<Result>, "mutates" | "repeatable" | "clientOrderId" | "orderId" | "settle">> = {},
): Operation<Result> {
  return { method, request, parse, mutates: true, repeatable: true, ...more };
}

/** Return a list whose pages are asked for by the same request with another token. */
export function listed<I extends DescMessage, O extends DescMessage, Item>(
  method: DescMethodUnary<I, O>,
  request: MessageInitShape<I>,
  parse: (answer: MessageShape<O>) => Page<Item>,
): Listed<Item> {
  return (pageToken) => read(method, { ...request, pageToken } as MessageInitShape<I>, parse);
}

/** Read one page of a list. */
export function page<Message, Item>(
  messages: readonly Message[],
  parse: (message: Message) => Item,
  nextPageToken: string,
): Page<Item> {
  return { items: messages.map((message) => parse(message)), nextPageToken };
}

/** Return a part of an answer that every such answer has. */
export function present<Message>(message: Message | undefined, what: string): Message {
  if (message === undefined) throw new UnexpectedAnswer(`an answer without the ${what} that it is about`);
  return message;
}
