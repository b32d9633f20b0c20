import { useAccount } from "@exchange/sdk/react";
import { type ReactNode, useState } from "react";
import { useUiStore } from "@/app/ui-store";
import { useSession } from "@/session/session-store";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";
import { EmptyState } from "@/ui/feedback";
import { Panel } from "@/ui/panel";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/ui/tabs";
import { Balances } from "./balances";
import { Fills } from "./fills";
import { NO_FILTER } from "./filters";
import { Ledger } from "./ledger";
import { OpenOrders } from "./open-orders";
import { OrderHistory } from "./order-history";
import { ToolbarSlot } from "./panel-toolbar";
import { useLatestOrders } from "./use-latest-orders";
import { useMarketTerms } from "./use-market-terms";

/** What is the account's: orders, fills, balances and ledger, in tabs. */
export function AccountPanel() {
  const session = useSession();
  const openSignIn = useUiStore((state) => state.setSignInOpen);
  if (session === undefined) {
    return (
      <Panel aria-label="Account" className="h-full">
        <EmptyState title="Your orders, fills and balances are shown here">
          <div>
            <Button size="sm" variant="primary" onClick={() => openSignIn(true)}>
              Sign in
            </Button>
          </div>
        </EmptyState>
      </Panel>
    );
  }
  // What was chosen for one account is not for the next one.
  return <AccountTabs key={session.accountId} accountId={session.accountId} />;
}

function AccountTabs({ accountId }: { accountId: string }) {
  const { openOrders, fills, balances, status } = useAccount();
  const latest = useLatestOrders();
  const terms = useMarketTerms();
  const [tab, setTab] = useState("open");
  const [filter, setFilter] = useState(NO_FILTER);
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const isLoading = status === "connecting";
  const common = {
    accountId,
    filter,
    onFilter: setFilter,
    markets: [...terms.keys()],
    assets: balances.map(({ asset }) => asset),
  };
  return (
    <Panel aria-label="Account" className="h-full">
      <ToolbarSlot value={slot}>
        <Tabs value={tab} onValueChange={setTab} className="flex min-h-0 flex-1 flex-col">
          <div className="flex shrink-0 items-stretch border-line border-b max-md:flex-col">
            <TabsList className="border-b-0 md:flex-1" aria-label="Account">
              <TabsTrigger value="open">
                Open orders{openOrders.length > 0 && <span className="ml-1 text-faint">{openOrders.length}</span>}
              </TabsTrigger>
              <TabsTrigger value="orders">Order history</TabsTrigger>
              <TabsTrigger value="fills">Fills</TabsTrigger>
              <TabsTrigger value="balances">Balances</TabsTrigger>
              <TabsTrigger value="ledger">Ledger</TabsTrigger>
            </TabsList>
            <div ref={setSlot} className="flex h-9 shrink-0 items-center justify-end gap-1 px-2 max-md:h-8" />
          </div>
          <div className={cn("flex min-h-0 flex-1 flex-col", status !== "live" && !isLoading && "stale")}>
            <Content value="open">
              <OpenOrders {...common} orders={openOrders} isLoading={isLoading} />
            </Content>
            <Content value="orders">
              <OrderHistory {...common} latest={latest} />
            </Content>
            <Content value="fills">
              <Fills {...common} live={fills} />
            </Content>
            <Content value="balances">
              <Balances balances={balances} isLoading={isLoading} />
            </Content>
            <Content value="ledger">
              <Ledger {...common} fills={fills} />
            </Content>
          </div>
        </Tabs>
      </ToolbarSlot>
    </Panel>
  );
}

function Content({ value, children }: { value: string; children: ReactNode }) {
  return (
    <TabsContent value={value} className="data-[state=active]:flex flex-col">
      {children}
    </TabsContent>
  );
}
