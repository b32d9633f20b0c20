import { Dialog, DialogContent } from "@/ui/dialog";
import { Kbd } from "@/ui/feedback";
import { useUiStore } from "./ui-store";

const KEYS: readonly { keys: readonly string[]; does: string }[] = [
  { keys: ["B"], does: "Begin a buy order" },
  { keys: ["S"], does: "Begin a sell order" },
  { keys: ["Esc"], does: "Clear the order, close what is open" },
  { keys: ["↑", "↓"], does: "In a field: one tick or lot; ten with Shift" },
  { keys: ["/"], does: "Search markets" },
  { keys: ["⌘K", "Ctrl K"], does: "Command palette" },
  { keys: ["?"], does: "This list" },
];

export function ShortcutsDialog() {
  const open = useUiStore((state) => state.shortcutsOpen);
  const setOpen = useUiStore((state) => state.setShortcutsOpen);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogContent title="Keyboard shortcuts" className="max-w-md">
        <dl className="grid gap-2.5 text-xs">
          {KEYS.map(({ keys, does }) => (
            <div key={does} className="flex items-center justify-between gap-4">
              <dt className="order-2 flex gap-1">
                {keys.map((key) => (
                  <Kbd key={key}>{key}</Kbd>
                ))}
              </dt>
              <dd className="text-muted">{does}</dd>
            </div>
          ))}
        </dl>
      </DialogContent>
    </Dialog>
  );
}
