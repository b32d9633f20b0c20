import type { ComponentProps } from "react";
import { cn } from "./cn";

/** A framed area of the page; give it an `aria-label`, and it is a landmark. */
export function Panel({ className, ...rest }: ComponentProps<"section">) {
  return (
    <section
      className={cn("flex min-h-0 min-w-0 flex-col overflow-hidden rounded-lg bg-surface [contain:content]", className)}
      {...rest}
    />
  );
}

export function PanelHeader({ className, ...rest }: ComponentProps<"header">) {
  return (
    <header
      className={cn(
        "flex h-9 shrink-0 items-center justify-between gap-2 border-line border-b px-3 font-medium text-xs",
        className,
      )}
      {...rest}
    />
  );
}
