import type { ApiKey } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { CutText, Dash } from "@/account/cells";
import { scopeName } from "@/account/names";
import { queryKeys } from "@/app/queries";
import { errorText } from "@/lib/errors";
import { formatDateTime } from "@/lib/time";
import { useSessionStore } from "@/session/session-store";
import { Button } from "@/ui/button";
import { Dialog, DialogClose, DialogContent, DialogTrigger } from "@/ui/dialog";
import { Badge, EmptyState } from "@/ui/feedback";
import { Cell, HeaderCell, TableHead, TableRow } from "@/ui/table";
import { CreateKeyDialog } from "./create-key-dialog";
import { Card, PageFrame, SignedIn } from "./page-frame";
import { QueryView } from "./query-view";
import { ScrollTable } from "./scroll-table";

/** The keys of the account: what each may do, a new one, and an end to those that are not needed any more. */
export function KeysPage() {
  return (
    <SignedIn title="API keys">{({ accountId }) => <AccountKeys key={accountId} accountId={accountId} />}</SignedIn>
  );
}

function AccountKeys({ accountId }: { accountId: string }) {
  const client = useExchange();
  const keys = useQuery({
    queryKey: queryKeys.account(accountId, "api-keys"),
    queryFn: ({ signal }) => client.listApiKeys({ signal }),
  });
  return (
    <PageFrame
      title="API keys"
      description="For programs that trade for you. A key may do at most what the key you are signed in with may."
      actions={<CreateKeyDialog accountId={accountId} />}
    >
      <Card>
        <QueryView query={keys}>
          {(rows) =>
            rows.length === 0 ? (
              <EmptyState title="This account has no keys" />
            ) : (
              <ScrollTable label="API keys">
                <TableHead>
                  <tr>
                    <HeaderCell className="pl-4">Label</HeaderCell>
                    <HeaderCell>Key id</HeaderCell>
                    <HeaderCell>May</HeaderCell>
                    <HeaderCell>Created</HeaderCell>
                    <HeaderCell>Expires</HeaderCell>
                    <HeaderCell className="pr-4">
                      <span className="sr-only">Actions</span>
                    </HeaderCell>
                  </tr>
                </TableHead>
                <tbody>
                  {rows.map((key) => (
                    <KeyRow key={key.keyId} apiKey={key} accountId={accountId} />
                  ))}
                </tbody>
              </ScrollTable>
            )
          }
        </QueryView>
      </Card>
    </PageFrame>
  );
}

function KeyRow({ apiKey, accountId }: { apiKey: ApiKey; accountId: string }) {
  return (
    <TableRow className="h-11">
      <Cell className="max-w-56 pl-4">
        <span className="flex items-center gap-2">
          <CutText text={apiKey.label} className="font-medium" />
          {apiKey.current && <Badge tone="accent">This session</Badge>}
        </span>
      </Cell>
      <Cell>
        <code className="text-muted">{apiKey.keyId}</code>
      </Cell>
      <Cell>
        <span className="flex gap-1">
          {apiKey.scopes.map((scope) => (
            <Badge key={scope} tone={scope === "ADMIN" ? "warn" : "neutral"}>
              {scopeName(scope)}
            </Badge>
          ))}
        </span>
      </Cell>
      <Cell className="text-muted">{apiKey.createTime ? formatDateTime(apiKey.createTime) : <Dash />}</Cell>
      <Cell className="text-muted">{apiKey.expireTime ? formatDateTime(apiKey.expireTime) : <Dash />}</Cell>
      <Cell className="pr-4 text-right">
        <RevokeButton apiKey={apiKey} accountId={accountId} />
      </Cell>
    </TableRow>
  );
}

function RevokeButton({ apiKey, accountId }: { apiKey: ApiKey; accountId: string }) {
  const client = useExchange();
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const signOut = useSessionStore((state) => state.signOut);
  const name = apiKey.label || apiKey.keyId;
  const revoke = useMutation({
    mutationFn: () => client.revokeOwnApiKey(apiKey.keyId),
    onSuccess: async () => {
      setOpen(false);
      toast.success(`“${name}” no longer works`);
      if (apiKey.current) {
        return signOut();
      }
      await queries.invalidateQueries({ queryKey: queryKeys.account(accountId, "api-keys") });
    },
    onError: (error) => toast.error("The key was not revoked", { description: errorText(error) }),
  });
  return (
    <Dialog open={isOpen} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button size="sm" variant="ghost" aria-label={`Revoke ${name}`}>
          Revoke
        </Button>
      </DialogTrigger>
      <DialogContent
        title={`Revoke “${name}”?`}
        description={
          apiKey.current
            ? "You are signed in with this key: you will be signed out at once."
            : "It stops working at once, and whatever uses it stops with it."
        }
      >
        <div className="flex justify-end gap-2">
          <DialogClose asChild>
            <Button size="sm">Keep it</Button>
          </DialogClose>
          <Button size="sm" variant="danger" disabled={revoke.isPending} onClick={() => revoke.mutate()}>
            {revoke.isPending ? "Revoking…" : "Revoke"}
          </Button>
        </div>
      </DialogContent>
    </Dialog>
  );
}
