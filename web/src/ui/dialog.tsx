import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";

export const Dialog = Primitive.Root;
export const DialogTrigger = Primitive.Trigger;
export const DialogClose = Primitive.Close;

type DialogContentProps = Omit<ComponentProps<typeof Primitive.Content>, "title"> & {
  title: ReactNode;
  description?: ReactNode;
  /** Leaves title and description to screen readers: for palettes and pickers that explain themselves. */
  hideHeading?: boolean;
};

export function DialogContent({
  title,
  description,
  hideHeading = false,
  className,
  children,
  ...rest
}: DialogContentProps) {
  return (
    <Primitive.Portal>
      <Primitive.Overlay className="fixed inset-0 z-40 animate-[overlay-in_120ms] bg-black/55 backdrop-blur-[2px]" />
      <Primitive.Content
        // Radix warns unless it is told that there is no description.
        {...(description ? {} : { "aria-describedby": undefined })}
        className={cn(
          "fixed top-[12vh] left-1/2 z-50 w-[min(30rem,calc(100vw-1.5rem))] -translate-x-1/2",
          "max-h-[76vh] overflow-auto rounded-xl border border-line bg-surface shadow-[var(--shadow)]",
          "animate-[overlay-in_120ms] outline-none",
          !hideHeading && "p-5",
          className,
        )}
        {...rest}
      >
        <div className={hideHeading ? "sr-only" : "mb-4 pr-8"}>
          <Primitive.Title className="font-semibold text-base text-text">{title}</Primitive.Title>
          {description ? (
            <Primitive.Description className="mt-1 text-muted text-xs">{description}</Primitive.Description>
          ) : null}
        </div>
        {children}
        {hideHeading ? null : (
          <Primitive.Close
            aria-label="Close"
            className="absolute top-4 right-4 rounded p-1 text-faint hover:bg-hover hover:text-text"
          >
            <X size={16} aria-hidden />
          </Primitive.Close>
        )}
      </Primitive.Content>
    </Primitive.Portal>
  );
}
