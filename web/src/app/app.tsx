import { lazy, Suspense, useMemo } from "react";

import { RefusedKey } from "@/session/refused-key";
import { SignInDialog } from "@/session/sign-in-dialog";
import { Spinner } from "@/ui/feedback";
import { ErrorBoundary } from "./error-boundary";
import { Header } from "./header";
import { OrderToasts } from "./order-toasts";
import { Providers } from "./providers";
import { type Route, useRoute } from "./router";
import { type Shortcuts, useShortcuts } from "./shortcuts";
import { ShortcutsDialog } from "./shortcuts-dialog";
import { TradeView } from "./trade-view";
import { useUiStore } from "./ui-store";

const Palette = lazy(() => import("./palette").then(({ Palette }) => ({ default: Palette })));
const MarketsPage = lazy(() => import("@/pages/MarketsPage").then(({ MarketsPage }) => ({ default: MarketsPage })));
const PortfolioPage = lazy(() =>
  import("@/pages/PortfolioPage").then(({ PortfolioPage }) => ({ default: PortfolioPage })),
);
const KeysPage = lazy(() => import("@/pages/KeysPage").then(({ KeysPage }) => ({ default: KeysPage })));
const BotsPage = lazy(() => import("@/pages/BotsPage").then(({ BotsPage }) => ({ default: BotsPage })));
const AdminPage = lazy(() => import("@/pages/AdminPage").then(({ AdminPage }) => ({ default: AdminPage })));

export function App() {
  return (
    <Providers>
      <Shell />
    </Providers>
  );
}

function Shell() {
  const route = useRoute();
  const paletteOpen = useUiStore((state) => state.paletteOpen);
  const setPaletteOpen = useUiStore((state) => state.setPaletteOpen);
  const shortcuts = useMemo<Shortcuts>(
    () => ({ "mod+k": () => setPaletteOpen(!useUiStore.getState().paletteOpen) }),
    [setPaletteOpen],
  );
  useShortcuts(shortcuts);

  return (
    <div className="flex h-full flex-col gap-1 bg-canvas">
      <Header page={route.page} />
      <main className="min-h-0 flex-1 overflow-auto" aria-label={route.page === "trade" ? "Trading" : undefined}>
        <ErrorBoundary key={route.page}>
          <Suspense fallback={<PageLoading />}>
            <Page route={route} />
          </Suspense>
        </ErrorBoundary>
      </main>
      <Suspense>{paletteOpen ? <Palette /> : null}</Suspense>
      <SignInDialog />
      <ShortcutsDialog />
      <OrderToasts />
      <RefusedKey />
    </div>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case "trade":
      return <TradeView market={route.market} />;
    case "markets":
      return <MarketsPage />;
    case "portfolio":
      return <PortfolioPage />;
    case "keys":
      return <KeysPage />;
    case "bots":
      return <BotsPage />;
    case "admin":
      return <AdminPage />;
  }
}

function PageLoading() {
  return (
    <div className="grid h-full place-items-center text-faint">
      <Spinner size={22} />
    </div>
  );
}
