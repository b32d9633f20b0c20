import { Scope } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { queryKeys } from "@/app/queries";
import { useUiStore } from "@/app/ui-store";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/feedback";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/ui/tabs";
import { AdminAccounts } from "./admin-accounts";
import { AdminAssets } from "./admin-assets";
import { AdminMarkets } from "./admin-markets";
import { Card, PageFrame, SignedIn } from "./page-frame";
import { QueryView } from "./query-view";

/** Operating the exchange: markets, assets, accounts and money. */
export function AdminPage() {
  return (
    <SignedIn title="Admin">{({ accountId }) => <Administration key={accountId} accountId={accountId} />}</SignedIn>
  );
}

function Administration({ accountId }: { accountId: string }) {
  const client = useExchange();
  const account = useQuery({
    queryKey: queryKeys.account(accountId, "account"),
    queryFn: ({ signal }) => client.getAccount({ signal }),
  });
  return (
    <PageFrame title="Admin" description={<StateHash accountId={accountId} />}>
      <Card>
        <QueryView query={account}>
          {(data) => (data.scopes.includes(Scope.ADMIN) ? <Sections accountId={accountId} /> : <NotAdmin />)}
        </QueryView>
      </Card>
    </PageFrame>
  );
}

/** Said before anything is asked for that would be refused. */
function NotAdmin() {
  const openSignIn = useUiStore((state) => state.setSignInOpen);
  return (
    <EmptyState title="Your API key may not operate the exchange" className="min-h-56">
      <p className="text-faint">This page needs a key with the scope ADMIN.</p>
      <div>
        <Button size="sm" onClick={() => openSignIn(true)}>
          Sign in with another key
        </Button>
      </div>
    </EmptyState>
  );
}

function Sections({ accountId }: { accountId: string }) {
  const [section, setSection] = useState("markets");
  return (
    <Tabs value={section} onValueChange={setSection}>
      <TabsList aria-label="Sections" className="px-4">
        <TabsTrigger value="markets">Markets</TabsTrigger>
        <TabsTrigger value="assets">Assets</TabsTrigger>
        <TabsTrigger value="accounts">Accounts and faucet</TabsTrigger>
      </TabsList>
      <TabsContent value="markets">
        <AdminMarkets />
      </TabsContent>
      <TabsContent value="assets">
        <AdminAssets />
      </TabsContent>
      <TabsContent value="accounts">
        <AdminAccounts accountId={accountId} />
      </TabsContent>
    </Tabs>
  );
}

/** The hash of the engine's state: followers must come to the same. */
function StateHash({ accountId }: { accountId: string }) {
  const client = useExchange();
  const { data } = useQuery({
    queryKey: queryKeys.account(accountId, "state-hash"),
    queryFn: ({ signal }) => client.getStateHash({ signal }),
    refetchInterval: (query) => (query.state.error ? false : 10_000),
  });
  if (!data) {
    return "Assets, markets, accounts and money.";
  }
  const hash = [...data.stateHash.slice(0, 6)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return (
    <>
      State after command {data.sequence.toLocaleString("en")}: <code>{hash}…</code>
    </>
  );
}
