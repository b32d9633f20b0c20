import { Check, ChevronDown } from "lucide-react";
import { Select as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "./cn";

export type SelectOption<Value extends string> = { value: Value; label: ReactNode };

export type SelectProps<Value extends string> = {
  /** What is chosen here, for screen readers. */
  label: string;
  value: Value;
  options: readonly SelectOption<Value>[];
  onChange: (value: Value) => void;
  className?: string;
  size?: "xs" | "sm" | "md";
  align?: "start" | "end";
  disabled?: boolean;
};

const SIZES = {
  xs: "h-6 gap-1 px-1.5 text-2xs rounded",
  sm: "h-7 gap-1.5 px-2 text-xs rounded-md",
  md: "h-9 gap-2 px-2.5 text-[0.8125rem] rounded-md",
} as const;

/** A list to choose one from; generic, so that only its options come back. */
export function Select<Value extends string>({
  label,
  value,
  options,
  onChange,
  className,
  size = "md",
  align = "start",
  disabled,
}: SelectProps<Value>) {
  const take = (chosen: string) => {
    const option = options.find((each) => each.value === chosen);
    if (option) onChange(option.value);
  };
  return (
    <Primitive.Root value={value} onValueChange={take} disabled={disabled}>
      <Primitive.Trigger
        aria-label={label}
        className={cn(
          "inline-flex select-none items-center justify-between border border-line bg-raised text-text hover:bg-hover",
          "disabled:opacity-50",
          SIZES[size],
          className,
        )}
      >
        <span className="truncate">
          <Primitive.Value />
        </span>
        <Primitive.Icon className="text-faint">
          <ChevronDown size={14} aria-hidden />
        </Primitive.Icon>
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          position="popper"
          sideOffset={4}
          align={align}
          className="z-50 max-h-[22rem] min-w-[var(--radix-select-trigger-width)] overflow-auto rounded-lg border border-line bg-surface p-1 shadow-[var(--shadow)] animate-[pop-in_100ms]"
        >
          <Primitive.Viewport>
            {options.map((option) => (
              <Primitive.Item
                key={option.value}
                value={option.value}
                className="flex cursor-pointer select-none items-center justify-between gap-4 rounded px-2 py-1.5 text-xs outline-none data-[highlighted]:bg-hover data-[state=checked]:text-text data-[state=unchecked]:text-muted"
              >
                <Primitive.ItemText>{option.label}</Primitive.ItemText>
                <Primitive.ItemIndicator>
                  <Check size={14} className="text-accent" aria-hidden />
                </Primitive.ItemIndicator>
              </Primitive.Item>
            ))}
          </Primitive.Viewport>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
