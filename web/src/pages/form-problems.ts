/** Where a refusal is shown: at the field that it names, or over the form. */
import { ExchangeError } from "@exchange/sdk";

export interface FormProblems {
  readonly fields: Readonly<Record<string, string>>;
  readonly form?: string;
}

/**
 * Sort a refusal to one of a form's fields by the path that it names; the innermost name counts, so that
 * `protection.min_quantity` belongs to `min_quantity`. `textOf` puts it into words.
 */
export function problemsOf(error: unknown, names: readonly string[], textOf: (error: unknown) => string): FormProblems {
  const place = error instanceof ExchangeError ? error.field : "";
  const name = names.find((each) => each === place) ?? names.find((each) => place.endsWith(`.${each}`));
  return name === undefined ? { fields: {}, form: textOf(error) } : { fields: { [name]: textOf(error) } };
}

/** Read a whole number as it was typed. Throws a RangeError in words for anything else. */
export function readInteger(text: string, name: string, fallback?: number): number {
  const trimmed = text.trim();
  if (trimmed === "" && fallback !== undefined) {
    return fallback;
  }
  if (!/^-?\d{1,9}$/.test(trimmed)) {
    throw new RangeError(`${name} is a whole number`);
  }
  return Number(trimmed);
}
