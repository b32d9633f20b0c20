import { EmptyState } from "@/ui/feedback";

export function BotsPage() {
  return <EmptyState title="Nothing here yet." />;
}
