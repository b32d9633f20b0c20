// Everything that the SDK throws about the exchange.
//
//     ExchangeError                      reason, field, message, code
//     ├── InvalidRequest                 the request is malformed; `field` names the place
//     ├── OrderRejected                  understood, and refused
//     │   ├── InvalidOrder               the market's rules say so: tick, lot, range, least, most
//     │   ├── InsufficientFunds          the available balance does not cover it
//     │   ├── PostOnlyWouldCross         it would have traded at once
//     │   ├── WouldTriggerImmediately    the last trade already satisfies its trigger
//     │   ├── PriceOutsideBand           too far from the last trade
//     │   ├── TooManyOpenOrders          the account has as many in the market as it may
//     │   ├── OrderClosed                too late: filled, canceled or expired
//     │   ├── QuantityNotAboveFilled     an amend to no more than what is filled and prevented
//     │   └── MarketClosed               the market does not take this now
//     ├── NotFound                       no such thing, or not yours
//     ├── AlreadyExists                  the key or name exists with other properties
//     ├── Unauthenticated                no key, or an unknown, revoked or expired one
//     ├── PermissionDenied               the key lacks the scope
//     ├── RateLimited                    `retryAfterMs`
//     │   └── Overloaded                 the exchange has more waiting than it takes; not executed
//     ├── StreamTooSlow                  the stream was not read fast enough; `resumeAfter`
//     ├── OutOfRange                     a sequence that cannot be served
//     │   ├── SequenceTooOld             `oldest` is the first to resume from
//     │   └── SequenceInFuture
//     ├── DeadlineExceeded               no answer in time (for a mutation: the exchange says it did nothing)
//     ├── Unavailable                    not reachable; nothing was executed
//     ├── OutcomeUnknown                 sent, and no answer came: ask again with `clientOrderId`
//     ├── UnexpectedAnswer               a status or message that this version does not understand
//     └── BookOutOfSync                  a local book does not match its stream any more
//         ├── Gap                        a message was lost
//         └── ChecksumMismatch           the levels differ from the exchange's
//
// InvalidOrder is an InvalidRequest too, in Python; here `error instanceof InvalidRequest` holds for it as well. A number
// where a decimal belongs is a TypeError, text that is no number a RangeError: those are thrown before sending. A call whose
// `signal` is aborted throws the signal's reason.

import type { RejectReason } from "./enums.ts";
import type { StatusCode } from "./status-codes.ts";

/** What is known of a failure beside its message. */
export interface ErrorFields {
  readonly code?: StatusCode;
  readonly reason?: RejectReason;
  readonly reasonName?: string;
  readonly field?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/**
 * The exchange refused a request, or could not be reached.
 *
 * `reason` is undefined when none was given or this version does not know it; `reasonName` has it as sent. `field` is the
 * path of the field at fault, or empty. `code` is the gRPC status.
 */
export class ExchangeError extends Error {
  static readonly defaultCode: StatusCode = "UNKNOWN";

  readonly code: StatusCode;
  readonly reason: RejectReason | undefined;
  readonly reasonName: string;
  readonly field: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, fields: ErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code ?? (this.constructor as typeof ExchangeError).defaultCode;
    this.reason = fields.reason;
    this.reasonName = fields.reasonName || fields.reason || "";
    this.field = fields.field ?? "";
    this.metadata = fields.metadata ?? {};
    this.retryAfterMs = fields.retryAfterMs;
  }

  /** The reason, the message and the field, for people. */
  override toString(): string {
    const place = this.field && !this.message.includes(this.field) ? ` (${this.field})` : "";
    return `${this.reasonName || this.code}: ${this.message}${place}`;
  }
}

/** The request is malformed; `field` names the place. */
export class InvalidRequest extends ExchangeError {
  static override readonly defaultCode: StatusCode = "INVALID_ARGUMENT";

  static override [Symbol.hasInstance](value: unknown): boolean {
    // A class has one parent here, and InvalidOrder's is OrderRejected.
    return value instanceof InvalidOrder || Function.prototype[Symbol.hasInstance].call(InvalidRequest, value);
  }
}

/** The request was understood and refused; `reason` says why. */
export class OrderRejected extends ExchangeError {
  static override readonly defaultCode: StatusCode = "FAILED_PRECONDITION";
}

/** The order does not fit the market: off tick or lot, out of range, quantity or notional too small or large. */
export class InvalidOrder extends OrderRejected {
  static override readonly defaultCode: StatusCode = "INVALID_ARGUMENT";
}

/** The account's available balance does not cover the order, its worst fee included. */
export class InsufficientFunds extends OrderRejected {}

/** A post-only order would have traded at once. */
export class PostOnlyWouldCross extends OrderRejected {}

/** The last trade already satisfies the order's trigger. */
export class WouldTriggerImmediately extends OrderRejected {}

/** The limit price is farther from the last trade than the market allows. */
export class PriceOutsideBand extends OrderRejected {}

/** The account has as many open orders in the market as it may, waiting ones included. */
export class TooManyOpenOrders extends OrderRejected {}

/** The order is already filled, canceled or expired. */
export class OrderClosed extends OrderRejected {}

/** An amend to a quantity that is not more than what is filled and prevented already. */
export class QuantityNotAboveFilled extends OrderRejected {}

/** The market does not take this now; `reason` says what it takes. */
export class MarketClosed extends OrderRejected {}

/** There is no such thing, or it is another account's. */
export class NotFound extends ExchangeError {
  static override readonly defaultCode: StatusCode = "NOT_FOUND";
}

/** The client order id, credit id or name was used with other properties. */
export class AlreadyExists extends ExchangeError {
  static override readonly defaultCode: StatusCode = "ALREADY_EXISTS";
}

/** No API key, or an unknown, revoked or expired one. */
export class Unauthenticated extends ExchangeError {
  static override readonly defaultCode: StatusCode = "UNAUTHENTICATED";
}

/** The API key lacks the scope. */
export class PermissionDenied extends ExchangeError {
  static override readonly defaultCode: StatusCode = "PERMISSION_DENIED";
}

/** Too much at once; nothing was executed. `retryAfterMs`: how long to wait, undefined when not told. */
export class RateLimited extends ExchangeError {
  static override readonly defaultCode: StatusCode = "RESOURCE_EXHAUSTED";
}

/** The exchange has more waiting than it takes; nothing was executed. */
export class Overloaded extends RateLimited {}

/** A stream was not read fast enough and was closed. `resumeAfter`: where to resume; undefined when not told. */
export class StreamTooSlow extends ExchangeError {
  static override readonly defaultCode: StatusCode = "RESOURCE_EXHAUSTED";

  get resumeAfter(): bigint | undefined {
    return told(this.metadata, "after_sequence", "after_trade_id");
  }
}

/** A sequence or trade id that the exchange cannot serve. */
export class OutOfRange extends ExchangeError {
  static override readonly defaultCode: StatusCode = "OUT_OF_RANGE";
}

/** What lies after it is no longer kept. `oldest`: the first that a stream can resume after; undefined when not told. */
export class SequenceTooOld extends OutOfRange {
  get oldest(): bigint | undefined {
    return told(this.metadata, "oldest_sequence", "oldest_trade_id");
  }
}

/** The exchange has not come so far. */
export class SequenceInFuture extends OutOfRange {}

/** No answer came in time. For a mutation: the exchange says that it did nothing. */
export class DeadlineExceeded extends ExchangeError {
  static override readonly defaultCode: StatusCode = "DEADLINE_EXCEEDED";
}

/** The exchange, or a database behind it, is not reachable. A mutation that throws this was not executed. */
export class Unavailable extends ExchangeError {
  static override readonly defaultCode: StatusCode = "UNAVAILABLE";
}

/**
 * A request was sent and no answer came, so that it may have been executed or not.
 *
 * `clientOrderId` (or `orderId`) names the order: `getOrder` tells; placing it again with the same key is safe.
 */
export class OutcomeUnknown extends ExchangeError {
  static override readonly defaultCode: StatusCode = "UNAVAILABLE";

  readonly clientOrderId: string;
  readonly orderId: bigint;

  constructor(message: string, order: { clientOrderId?: string; orderId?: bigint; cause?: unknown } = {}) {
    super(message, { cause: order.cause });
    this.clientOrderId = order.clientOrderId ?? "";
    this.orderId = order.orderId ?? 0n;
  }

  override toString(): string {
    const key = this.clientOrderId || this.orderId;
    return `OUTCOME_UNKNOWN: ${this.message}${key ? ` (order ${key})` : ""}`;
  }
}

/** A status or message that this version of the SDK does not understand. */
export class UnexpectedAnswer extends ExchangeError {}

/** A local book does not match its stream any more: take a new snapshot. */
export class BookOutOfSync extends ExchangeError {
  static override readonly defaultCode: StatusCode = "DATA_LOSS";
}

/** A message of the book stream was lost, repeated or out of order. */
export class Gap extends BookOutOfSync {}

/** The ten best levels differ from the exchange's. */
export class ChecksumMismatch extends BookOutOfSync {}

// Names survive a bundler that shortens those of classes: `error.name` is what logs show.
const NAMES = {
  ExchangeError,
  InvalidRequest,
  OrderRejected,
  InvalidOrder,
  InsufficientFunds,
  PostOnlyWouldCross,
  WouldTriggerImmediately,
  PriceOutsideBand,
  TooManyOpenOrders,
  OrderClosed,
  QuantityNotAboveFilled,
  MarketClosed,
  NotFound,
  AlreadyExists,
  Unauthenticated,
  PermissionDenied,
  RateLimited,
  Overloaded,
  StreamTooSlow,
  OutOfRange,
  SequenceTooOld,
  SequenceInFuture,
  DeadlineExceeded,
  Unavailable,
  OutcomeUnknown,
  UnexpectedAnswer,
  BookOutOfSync,
  Gap,
  ChecksumMismatch,
};
for (const [name, kind] of Object.entries(NAMES)) {
  Object.defineProperty(kind.prototype, "name", { value: name, configurable: true, writable: true });
}

function told(metadata: Readonly<Record<string, string>>, ...keys: string[]): bigint | undefined {
  const text = keys.map((key) => metadata[key] ?? "").find((each) => /^[0-9]+$/.test(each));
  return text === undefined ? undefined : BigInt(text);
}
