import { EmptyState } from "@/ui/feedback";

export function AdminPage() {
  return <EmptyState title="Nothing here yet." />;
}
