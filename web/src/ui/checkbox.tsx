import { Check } from "lucide-react";
import { Checkbox as Primitive } from "radix-ui";
import { type ReactNode, useId } from "react";

type CheckboxProps = {
  label: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  title?: string;
};

export function Checkbox({ label, checked, onChange, disabled, title }: CheckboxProps) {
  const id = useId();
  return (
    <div className="inline-flex items-center gap-2 has-disabled:opacity-50" title={title}>
      <Primitive.Root
        id={id}
        checked={checked}
        disabled={disabled}
        onCheckedChange={(next) => onChange(next === true)}
        className="grid size-4 place-items-center rounded border border-line-strong bg-raised data-[state=checked]:border-accent-fill data-[state=checked]:bg-accent-fill"
      >
        <Primitive.Indicator>
          <Check size={12} strokeWidth={3} className="text-on-accent" aria-hidden />
        </Primitive.Indicator>
      </Primitive.Root>
      <label htmlFor={id} className="cursor-pointer select-none text-muted text-xs">
        {label}
      </label>
    </div>
  );
}
