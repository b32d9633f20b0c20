import { EmptyState } from "@/ui/feedback";
import { Panel } from "@/ui/panel";

export function AccountPanel() {
  return (
    <Panel aria-label="Account" className="h-full">
      <EmptyState title="Nothing here yet." />
    </Panel>
  );
}
