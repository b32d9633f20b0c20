import type { Decimal } from "decimal.js";
import { type KeyboardEvent, type ReactNode, type Ref, useId } from "react";
import { parseDecimal, toPlainText } from "@/lib/decimal";
import { cn } from "@/ui/cn";
import { fieldErrorId } from "@/ui/input";

type NumberFieldProps = {
  label: string;
  /** Stands at the right end: a unit, or a choice of units. */
  unit: ReactNode;
  value: string;
  onChange: (text: string) => void;
  /** To the nearest value that the market takes; when the field is left. */
  snap: (value: Decimal) => Decimal;
  /** Some steps up or down; for the arrow keys, ten times as many with Shift. */
  step: (value: Decimal, steps: number) => Decimal;
  /** Where the arrow keys begin in an empty field. */
  start?: () => Decimal | undefined;
  error?: string;
  inputRef?: Ref<HTMLInputElement>;
  placeholder?: string;
  /** When the field is left. */
  onLeave?: () => void;
};

/** A decimal as text. It never passes through a floating point number. */
export function NumberField(props: NumberFieldProps) {
  const { label, unit, value, onChange, snap, step, start, error, inputRef, placeholder = "0", onLeave } = props;
  const id = useId();
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const direction = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    const from = parseDecimal(value) ?? start?.();
    if (direction === 0 || !from) return;
    event.preventDefault();
    onChange(toPlainText(step(from, event.shiftKey ? direction * 10 : direction)));
  };
  const onBlur = () => {
    const typed = parseDecimal(value);
    if (typed?.gt(0)) onChange(toPlainText(snap(typed)));
    onLeave?.();
  };
  return (
    <div>
      <div
        className={cn(
          "flex h-10 items-center rounded-md border bg-raised focus-within:border-accent",
          error ? "border-sell" : "border-transparent",
        )}
      >
        <label htmlFor={id} className="shrink-0 cursor-text py-2 pr-2 pl-3 text-muted text-xs">
          {label}
        </label>
        <input
          id={id}
          ref={inputRef}
          type="text"
          inputMode="decimal"
          autoComplete="off"
          placeholder={placeholder}
          value={value}
          aria-invalid={Boolean(error)}
          aria-describedby={fieldErrorId(id)}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={onKeyDown}
          onBlur={onBlur}
          className="h-full w-full min-w-0 bg-transparent text-right text-[0.8125rem] text-text outline-none placeholder:text-faint"
        />
        <div className="shrink-0 pr-3 pl-2 text-faint text-xs">{unit}</div>
      </div>
      <p
        id={fieldErrorId(id)}
        role={error ? "alert" : undefined}
        className="pt-1 text-2xs text-sell leading-4 empty:hidden"
      >
        {error}
      </p>
    </div>
  );
}
