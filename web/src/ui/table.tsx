import type { ComponentProps } from "react";
import { cn } from "./cn";

/** The look of the page's tables. Numbers go into cells with `numeric`: to the right, figures of one width. */
export function Table({ className, ...rest }: ComponentProps<"table">) {
  return <table className={cn("w-full border-collapse text-xs", className)} {...rest} />;
}

export function TableHead({ className, ...rest }: ComponentProps<"thead">) {
  return <thead className={cn("sticky top-0 z-10 bg-surface text-faint", className)} {...rest} />;
}

type CellProps = { numeric?: boolean };

export function HeaderCell({ numeric, className, ...rest }: ComponentProps<"th"> & CellProps) {
  return (
    <th
      scope="col"
      className={cn("h-8 whitespace-nowrap px-3 font-normal text-2xs", numeric ? "text-right" : "text-left", className)}
      {...rest}
    />
  );
}

export function TableRow({ className, ...rest }: ComponentProps<"tr">) {
  return <tr className={cn("border-line/60 border-t hover:bg-hover/60", className)} {...rest} />;
}

export function Cell({ numeric, className, ...rest }: ComponentProps<"td"> & CellProps) {
  return (
    <td
      className={cn("h-8 whitespace-nowrap px-3", numeric ? "text-right tabular-nums" : "text-left", className)}
      {...rest}
    />
  );
}
