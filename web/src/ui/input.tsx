import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return (
    <input
      className={cn(
        "h-9 w-full min-w-0 rounded-md border border-line bg-raised px-2.5 text-[0.8125rem] text-text outline-none",
        "placeholder:text-faint focus-visible:border-accent aria-invalid:border-sell",
        className,
      )}
      {...rest}
    />
  );
}

type FieldProps = {
  id: string;
  label: ReactNode;
  /** Why the value is refused; read out when it appears. */
  error?: string;
  hint?: ReactNode;
  children: ReactNode;
  className?: string;
};

/** The id of the element that explains the field `id`; the input refers to it by `aria-describedby`. */
export function fieldErrorId(id: string): string {
  return `${id}-error`;
}

/** A label over an input, and what is wrong with it below. */
export function Field({ id, label, error, hint, children, className }: FieldProps) {
  return (
    <div className={className}>
      <div className="mb-1 flex items-baseline justify-between gap-2 text-2xs">
        <label htmlFor={id} className="text-muted">
          {label}
        </label>
        {hint ? <span className="text-faint">{hint}</span> : null}
      </div>
      {children}
      <p id={fieldErrorId(id)} role={error ? "alert" : undefined} className="text-2xs text-sell empty:hidden">
        {error}
      </p>
    </div>
  );
}
