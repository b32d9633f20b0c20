import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./cn";

const VARIANTS = {
  primary: "bg-accent-fill text-on-accent hover:brightness-110",
  secondary: "bg-raised text-text border border-line hover:bg-hover",
  ghost: "text-muted hover:bg-hover hover:text-text",
  danger: "bg-sell-soft text-sell border border-transparent hover:border-sell",
  buy: "bg-buy-fill text-on-side hover:brightness-110",
  sell: "bg-sell-fill text-on-side hover:brightness-110",
} as const;

const SIZES = {
  xs: "h-6 px-1.5 text-2xs gap-1 rounded",
  sm: "h-7 px-2.5 text-xs gap-1.5 rounded-md",
  md: "h-9 px-3.5 text-[0.8125rem] gap-2 rounded-md",
  lg: "h-11 px-4 text-sm gap-2 rounded-lg",
  icon: "size-8 justify-center rounded-md",
  "icon-sm": "size-6 justify-center rounded",
} as const;

export type ButtonProps = ComponentProps<"button"> & {
  variant?: keyof typeof VARIANTS;
  size?: keyof typeof SIZES;
  /** Renders its only child instead of a button: a link that looks like one. */
  asChild?: boolean;
};

export function Button({
  variant = "secondary",
  size = "md",
  asChild = false,
  className,
  type = "button",
  ...rest
}: ButtonProps) {
  const Component = asChild ? Slot.Root : "button";
  return (
    <Component
      {...(asChild ? {} : { type })}
      className={cn(
        "inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap font-medium",
        "transition-[background-color,filter,color] duration-100",
        "disabled:cursor-not-allowed disabled:opacity-50",
        VARIANTS[variant],
        SIZES[size],
        className,
      )}
      {...rest}
    />
  );
}
