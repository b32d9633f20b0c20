import type { ReactNode } from "react";

/** What a section counts, and what can be done in it. */
export function SectionBar({ text, children }: { text: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-2 px-4 py-3">
      <p className="text-muted text-xs">{text}</p>
      <div className="flex flex-wrap gap-2">{children}</div>
    </div>
  );
}
