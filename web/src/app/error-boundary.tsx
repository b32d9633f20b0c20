import { Component, type ReactNode } from "react";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/feedback";

type State = { error?: Error };

/** Keeps a fault of one part from taking the page with it. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = {};

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <EmptyState title="This part of the page has failed.">
        <p className="text-faint">{error.message}</p>
        <Button size="sm" className="justify-self-center" onClick={() => this.setState({ error: undefined })}>
          Try again
        </Button>
      </EmptyState>
    );
  }
}
