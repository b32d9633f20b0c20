import { Tabs as Primitive } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./cn";

export const Tabs = Primitive.Root;

/** A row of tabs, underlined. It scrolls sideways where there is no room. */
export function TabsList({ className, ...rest }: ComponentProps<typeof Primitive.List>) {
  return (
    <Primitive.List
      className={cn(
        "flex h-9 shrink-0 items-stretch gap-4 overflow-x-auto border-line border-b px-3 [scrollbar-width:none]",
        className,
      )}
      {...rest}
    />
  );
}

export function TabsTrigger({ className, ...rest }: ComponentProps<typeof Primitive.Trigger>) {
  return (
    <Primitive.Trigger
      className={cn(
        "-mb-px whitespace-nowrap border-transparent border-b-2 font-medium text-muted text-xs",
        "hover:text-text focus-visible:-outline-offset-2 data-[state=active]:border-accent data-[state=active]:text-text",
        className,
      )}
      {...rest}
    />
  );
}

export function TabsContent({ className, ...rest }: ComponentProps<typeof Primitive.Content>) {
  return <Primitive.Content className={cn("min-h-0 flex-1 outline-none", className)} {...rest} />;
}
