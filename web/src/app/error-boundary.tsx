import { Component, type ReactNode } from "react";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/feedback";

// What browsers say when a part that is loaded later is not there: the page was built anew since it was opened.
const MISSING_PART = /dynamically imported module|importing a module script failed|preload CSS/i;

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
    if (MISSING_PART.test(error.message)) return <NewVersion />;
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

function NewVersion() {
  return (
    <EmptyState title="This page has changed since you opened it.">
      <Button size="sm" className="justify-self-center" onClick={() => location.reload()}>
        Load it again
      </Button>
    </EmptyState>
  );
}
