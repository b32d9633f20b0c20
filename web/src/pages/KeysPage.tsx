import { EmptyState } from "@/ui/feedback";

export function KeysPage() {
  return <EmptyState title="Nothing here yet." />;
}
