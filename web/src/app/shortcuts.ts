import { useEffect } from "react";

/** What a key does, by its name: `b`, `/`, `Escape`, or `mod+k` with ⌘ on a Mac and Ctrl elsewhere. */
export type Shortcuts = Readonly<Record<string, () => void>>;

/**
 * Listen to keys of the whole page. Plain keys are left alone while a person types or a dialog is open; those with `mod` work
 * everywhere.
 */
export function useShortcuts(shortcuts: Shortcuts): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const name = shortcutOf(event);
      const action = name === undefined ? undefined : shortcuts[name];
      if (!action || event.defaultPrevented) return;
      if (!name?.startsWith("mod+") && (isTyping(event.target) || isDialogOpen())) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [shortcuts]);
}

/** The name under which a key press is looked up; undefined for what is the browser's. */
export function shortcutOf(event: KeyboardEvent): string | undefined {
  if (event.altKey || event.isComposing) return undefined;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.metaKey || event.ctrlKey ? `mod+${key}` : key;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input, textarea, select, [role=combobox]"))
  );
}

function isDialogOpen(): boolean {
  return document.querySelector("[role=dialog], [role=menu], [role=listbox]") !== null;
}
