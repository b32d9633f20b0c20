// biome-ignore-all lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
import type { ReactNode } from "react";
import { cn } from "@/ui/cn";
import { Table } from "@/ui/table";

/** A table of few rows that scrolls sideways where it does not fit; the first column stays, and the keyboard reaches it. */
export function ScrollTable({
  label,
  children,
  className,
}: {
  label: string;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section aria-label={label} tabIndex={0} className={cn("overflow-x-auto pb-1", className)}>
      <Table
        aria-label={label}
        className="[&_:is(th,td):first-child]:sticky [&_:is(th,td):first-child]:left-0 [&_:is(th,td):first-child]:bg-surface"
      >
        {children}
      </Table>
    </section>
  );
}
