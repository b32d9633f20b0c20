import type { ReactNode } from "react";
import { useUiStore } from "@/app/ui-store";
import { type Session, useSession } from "@/session/session-store";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";
import { EmptyState } from "@/ui/feedback";

interface PageFrameProps {
  readonly title: string;
  readonly description?: ReactNode;
  /** Beside the title: what the page can be asked to do or show. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}

/** A page beside the trading view: a title, its tools, and what it shows. */
export function PageFrame({ title, description, actions, children, className }: PageFrameProps) {
  return (
    <div className={cn("mx-auto flex min-h-full w-full max-w-6xl flex-col gap-4 px-3 py-5 sm:px-6 sm:py-7", className)}>
      <div className="flex flex-wrap items-end justify-between gap-x-4 gap-y-3">
        <div>
          <h1 className="font-semibold text-lg tracking-tight">{title}</h1>
          {description && <p className="mt-0.5 text-muted text-xs">{description}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** Shows a page to who is signed in, and the way to sign in to others. */
export function SignedIn({ title, children }: { title: string; children: (session: Session) => ReactNode }) {
  const session = useSession();
  const openSignIn = useUiStore((state) => state.setSignInOpen);
  if (session) {
    return children(session);
  }
  return (
    <PageFrame title={title}>
      <Card>
        <EmptyState title="Sign in to see this page" className="min-h-56">
          <div>
            <Button size="sm" variant="primary" onClick={() => openSignIn(true)}>
              Sign in
            </Button>
          </div>
        </EmptyState>
      </Card>
    </PageFrame>
  );
}

interface CardProps {
  readonly title?: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}

/** A framed part of a page. */
export function Card({ title, actions, children, className }: CardProps) {
  return (
    <section aria-label={title} className={cn("min-w-0 overflow-hidden rounded-xl bg-surface", className)}>
      {(title || actions) && (
        <header className="flex min-h-11 flex-wrap items-center justify-between gap-2 px-4 pt-2">
          {title && <h2 className="font-medium text-[0.8125rem]">{title}</h2>}
          {actions}
        </header>
      )}
      {children}
    </section>
  );
}

/** A figure with its name above; the unit stands small beside it. */
export function Figure({ name, children, hint }: { name: string; children: ReactNode; hint?: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="truncate text-2xs text-muted">{name}</dt>
      <dd className="mt-0.5 truncate font-medium text-base">{children}</dd>
      {hint && <dd className="truncate text-2xs text-faint">{hint}</dd>}
    </div>
  );
}
