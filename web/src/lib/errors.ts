import { ExchangeError, RateLimited, Unauthenticated, Unavailable } from "@exchange/sdk";

/** What a person reads when a call failed. The exchange's own words, unless they say nothing to a person. */
export function errorText(error: unknown): string {
  if (error instanceof Unauthenticated) return "This API key is not known, or it was revoked.";
  if (error instanceof RateLimited) return "The exchange is busy. Nothing was done; try again in a moment.";
  if (error instanceof Unavailable) return "The exchange cannot be reached. Nothing was done.";
  if (error instanceof ExchangeError) return asSentence(error.message, error.field);
  return error instanceof Error ? error.message : "Something went wrong.";
}

/** The field stands beside the message already; a person reads sentences. */
function asSentence(message: string, field: string): string {
  const words = field && message.startsWith(`${field}:`) ? message.slice(field.length + 1).trim() : message;
  return words.charAt(0).toUpperCase() + words.slice(1);
}
