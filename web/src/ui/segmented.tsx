import { ToggleGroup } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "./cn";

type SegmentedProps<Value extends string> = {
  label: string;
  value: Value;
  options: readonly { value: Value; label: ReactNode; title?: string }[];
  onChange: (value: Value) => void;
  className?: string;
  /** `boxed` stands in a form, `plain` in a tool bar. */
  look?: "boxed" | "plain";
};

/** A few choices side by side, of which one is taken. */
export function Segmented<Value extends string>({
  label,
  value,
  options,
  onChange,
  className,
  look = "plain",
}: SegmentedProps<Value>) {
  const take = (chosen: string) => {
    const option = options.find((each) => each.value === chosen);
    if (option) onChange(option.value);
  };
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={take}
      className={cn("inline-flex items-center", look === "boxed" ? "rounded-md bg-raised p-0.5" : "gap-0.5", className)}
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          title={option.title}
          aria-label={option.title}
          className={cn(
            "inline-flex select-none items-center justify-center whitespace-nowrap rounded font-medium text-muted text-xs hover:text-text",
            look === "boxed"
              ? "h-7 flex-1 px-2.5 data-[state=on]:bg-surface data-[state=on]:text-text data-[state=on]:shadow-sm dark:data-[state=on]:bg-hover"
              : "h-6 px-1.5 data-[state=on]:bg-raised data-[state=on]:text-text",
          )}
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
