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

/** What a field takes, as far as it can be told without asking. */
interface NumberField {
  readonly name: string;
  readonly kind?: "text" | "decimal" | "integer";
  readonly isOptional?: boolean;
}

const KINDS = {
  decimal: { pattern: /^\d+(\.\d+)?$/, problem: "Not a number" },
  integer: { pattern: /^-?\d{1,15}$/, problem: "Not a whole number" },
} as const;

/** What is not even a number where one belongs, by field; ranges are the exchange's to judge. */
export function misreadings(
  fields: readonly NumberField[],
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  const wrong: Record<string, string> = {};
  for (const { name, kind = "text", isOptional = false } of fields) {
    const text = values[name]?.trim() ?? "";
    if (kind !== "text" && !(isOptional && text === "") && !KINDS[kind].pattern.test(text)) {
      wrong[name] = KINDS[kind].problem;
    }
  }
  return wrong;
}
