import { EmptyState } from "@/ui/feedback";

export function PortfolioPage() {
  return <EmptyState title="Nothing here yet." />;
}
