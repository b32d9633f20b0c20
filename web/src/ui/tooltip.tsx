import { Tooltip as Primitive } from "radix-ui";
import type { ReactNode } from "react";

export const TooltipProvider = Primitive.Provider;

type TooltipProps = { content: ReactNode; children: ReactNode; side?: "top" | "bottom" | "left" | "right" };

/** Explains its only child, which must take a ref: a button or a link. */
export function Tooltip({ content, children, side = "bottom" }: TooltipProps) {
  return (
    <Primitive.Root>
      <Primitive.Trigger asChild>{children}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-w-72 rounded-md border border-line bg-raised px-2.5 py-1.5 text-text text-xs shadow-[var(--shadow)] animate-[pop-in_100ms]"
        >
          {content}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
