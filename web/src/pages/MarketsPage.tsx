import { EmptyState } from "@/ui/feedback";

export function MarketsPage() {
  return <EmptyState title="Nothing here yet." />;
}
