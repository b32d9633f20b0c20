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

import { Code, ConnectError } from "@connectrpc/connect";
import { RejectReason, rejectReasons } from "./enums.ts";
import { type PackedDetail, readDetails } from "./error-details.ts";

/** gRPC status codes by name, as in gRPC's own documents. */
export type StatusCode = (typeof STATUS_CODES)[number];

// In the order of their numbers.
const STATUS_CODES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

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

type ErrorClass = new (message: string, fields?: ErrorFields) => ExchangeError;

const BY_REASON: Readonly<Partial<Record<RejectReason, ErrorClass>>> = {
  [RejectReason.PRICE_OFF_TICK]: InvalidOrder,
  [RejectReason.QUANTITY_OFF_LOT]: InvalidOrder,
  [RejectReason.PRICE_OUT_OF_RANGE]: InvalidOrder,
  [RejectReason.QUANTITY_OUT_OF_RANGE]: InvalidOrder,
  [RejectReason.NOTIONAL_TOO_SMALL]: InvalidOrder,
  [RejectReason.NOTIONAL_TOO_LARGE]: InvalidOrder,
  [RejectReason.QUANTITY_TOO_SMALL]: InvalidOrder,
  [RejectReason.QUANTITY_TOO_LARGE]: InvalidOrder,
  [RejectReason.ORDER_CLOSED]: OrderClosed,
  [RejectReason.QUANTITY_NOT_ABOVE_FILLED]: QuantityNotAboveFilled,
  [RejectReason.POST_ONLY_WOULD_CROSS]: PostOnlyWouldCross,
  [RejectReason.WOULD_TRIGGER_IMMEDIATELY]: WouldTriggerImmediately,
  [RejectReason.PRICE_OUTSIDE_BAND]: PriceOutsideBand,
  [RejectReason.TOO_MANY_OPEN_ORDERS]: TooManyOpenOrders,
  [RejectReason.INSUFFICIENT_FUNDS]: InsufficientFunds,
  [RejectReason.MARKET_POST_ONLY]: MarketClosed,
  [RejectReason.MARKET_CANCEL_ONLY]: MarketClosed,
  [RejectReason.MARKET_HALTED]: MarketClosed,
  [RejectReason.MARKET_IN_AUCTION]: MarketClosed,
  [RejectReason.OVERLOADED]: Overloaded,
  [RejectReason.STREAM_TOO_SLOW]: StreamTooSlow,
  [RejectReason.SEQUENCE_TOO_OLD]: SequenceTooOld,
  [RejectReason.SEQUENCE_IN_FUTURE]: SequenceInFuture,
};

const BY_CODE: Readonly<Partial<Record<StatusCode, ErrorClass>>> = {
  INVALID_ARGUMENT: InvalidRequest,
  FAILED_PRECONDITION: OrderRejected,
  NOT_FOUND: NotFound,
  ALREADY_EXISTS: AlreadyExists,
  UNAUTHENTICATED: Unauthenticated,
  PERMISSION_DENIED: PermissionDenied,
  RESOURCE_EXHAUSTED: RateLimited,
  OUT_OF_RANGE: OutOfRange,
  DEADLINE_EXCEEDED: DeadlineExceeded,
  UNAVAILABLE: Unavailable,
};

/** Turn what a call threw into an ExchangeError: from the details of its status where there are any. */
export function fromFailure(failure: unknown): ExchangeError {
  if (failure instanceof ExchangeError) return failure;
  const error = ConnectError.from(failure);
  const code = isLostConnection(error) ? "UNAVAILABLE" : statusCode(error.code);
  const details = error.details.filter((detail): detail is typeof detail & PackedDetail => "type" in detail);
  return fromStatus(code, error.rawMessage, details, failure);
}

/** Build the error of a status; `details` are messages of google.rpc. */
export function fromStatus(
  code: StatusCode,
  message: string,
  details: readonly PackedDetail[],
  cause?: unknown,
): ExchangeError {
  const { reason: reasonName, ...rest } = readDetails(details);
  const reason = rejectReasons.has(reasonName) ? reasonName : undefined;
  const fields: ErrorFields = { code, reasonName, ...(reason && { reason }), ...rest, cause };
  return new (errorClass(code, reason))(message || code, fields);
}

/** Build the error of a refusal inside an answer; the numbers are the contract's. */
export function fromOrderError(reasonNumber: number, field: string, message: string, code: number): ExchangeError {
  const reason = rejectReasons.fromWireOptional(reasonNumber);
  const status = statusCode(code);
  return new (errorClass(status, reason))(message || status, { code: status, ...(reason && { reason }), field });
}

/** Whether a failed call certainly did not reach the exchange: the connection could not be made. */
export function wasNeverSent(error: ExchangeError): boolean {
  if (!(error instanceof Unavailable) || error.reasonName) return false;
  // What the gateway answers when it could not connect to the exchange.
  if (NO_UPSTREAM.test(error.message)) return true;
  return systemErrors(error.cause).some((code) => NO_CONNECTION.has(code));
}

// Other words turn "not sent" into "unknown", which is safe.
const NO_UPSTREAM = /nothing was sent|remote connection failure|no healthy upstream/i;
const NO_CONNECTION: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** The codes of Node's system errors on the way down the causes of a failure; a browser has none. */
function systemErrors(failure: unknown): string[] {
  const codes: string[] = [];
  for (let depth = 0, each = failure; depth < 5 && each instanceof Error; depth++, each = each.cause) {
    const { code, errors } = each as Error & { code?: unknown; errors?: unknown };
    if (typeof code === "string") codes.push(code);
    // Several addresses were tried: all of them have to have failed so.
    if (Array.isArray(errors)) {
      const tried = errors.map((one) => (one as { code?: unknown }).code);
      if (tried.length && tried.every((one) => typeof one === "string" && NO_CONNECTION.has(one))) {
        codes.push(String(tried[0]));
      }
    }
  }
  return codes;
}

/**
 * Whether the connection was lost or never made, as told by this side: fetch throws a TypeError, Node's HTTP/2 has codes of
 * its own, and an answer that breaks off in the middle has no trailer. gRPC has UNAVAILABLE for all of that.
 */
function isLostConnection(error: ConnectError): boolean {
  if (error.metadata.has("grpc-status")) return false;
  if (error.code === Code.Aborted || error.code === Code.Canceled) return true;
  return (error.code === Code.Unknown && error.cause instanceof TypeError) || BROKEN_OFF.test(error.rawMessage);
}

const BROKEN_OFF =
  /^(missing trailer|missing message|premature EOF|protocol error: (missing|incomplete)|http\/2 stream)/;

/** Return the name of a gRPC status by its number. */
export function statusCode(number: number): StatusCode {
  return STATUS_CODES[number] ?? "UNKNOWN";
}

function errorClass(code: StatusCode, reason: RejectReason | undefined): ErrorClass {
  return (reason && BY_REASON[reason]) ?? BY_CODE[code] ?? UnexpectedAnswer;
}

function told(metadata: Readonly<Record<string, string>>, ...keys: string[]): bigint | undefined {
  const text = keys.map((key) => metadata[key] ?? "").find((each) => /^[0-9]+$/.test(each));
  return text === undefined ? undefined : BigInt(text);
}
