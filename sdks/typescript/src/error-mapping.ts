// Which error a failed call, a status or a refusal inside an answer is.

import { Code, ConnectError } from "@connectrpc/connect";
import { RejectReason, rejectReasons } from "./enums.ts";
import { type PackedDetail, readDetails } from "./error-details.ts";
import {
  AlreadyExists,
  DeadlineExceeded,
  type ErrorFields,
  ExchangeError,
  InsufficientFunds,
  InvalidOrder,
  InvalidRequest,
  MarketClosed,
  NotFound,
  OrderClosed,
  OrderRejected,
  OutOfRange,
  Overloaded,
  PermissionDenied,
  PostOnlyWouldCross,
  PriceOutsideBand,
  QuantityNotAboveFilled,
  RateLimited,
  SequenceInFuture,
  SequenceTooOld,
  StreamTooSlow,
  TooManyOpenOrders,
  Unauthenticated,
  Unavailable,
  UnexpectedAnswer,
  WouldTriggerImmediately,
} from "./errors.ts";
import { type StatusCode, statusCode } from "./status-codes.ts";

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

function errorClass(code: StatusCode, reason: RejectReason | undefined): ErrorClass {
  return (reason && BY_REASON[reason]) ?? BY_CODE[code] ?? UnexpectedAnswer;
}
