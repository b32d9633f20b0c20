import type { Side } from "@exchange/sdk";
import { ToggleGroup } from "radix-ui";
import { cn } from "@/ui/cn";

const SIDES = [
  { value: "BUY", label: "Buy", tone: "data-[state=on]:bg-buy-fill data-[state=on]:text-on-side" },
  { value: "SELL", label: "Sell", tone: "data-[state=on]:bg-sell-fill data-[state=on]:text-on-side" },
] as const;

/** Buy or sell. */
export function SideChoice({ value, onChange }: { value: Side; onChange: (side: Side) => void }) {
  const take = (chosen: string) => {
    const side = SIDES.find((each) => each.value === chosen);
    if (side) onChange(side.value);
  };
  return (
    <ToggleGroup.Root
      type="single"
      aria-label="Side"
      value={value}
      onValueChange={take}
      className="grid grid-cols-2 rounded-lg bg-raised p-0.5"
    >
      {SIDES.map((side) => (
        <ToggleGroup.Item
          key={side.value}
          value={side.value}
          className={cn("h-8 rounded-md font-semibold text-[0.8125rem] text-muted hover:text-text", side.tone)}
        >
          {side.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
