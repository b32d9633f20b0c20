import { ExchangeClient } from "@exchange/sdk";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { useUiStore } from "@/app/ui-store";
import { errorText } from "@/lib/errors";
import { Button } from "@/ui/button";
import { Dialog, DialogContent } from "@/ui/dialog";
import { Field, fieldErrorId, Input } from "@/ui/input";
import { useDevAccounts } from "./dev-accounts";
import { type Session, useSessionStore } from "./session-store";

/** Sign in with a development account where there are some, or with an API key. */
export function SignInDialog() {
  const open = useUiStore((state) => state.signInOpen);
  const setOpen = useUiStore((state) => state.setSignInOpen);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogContent
        title="Sign in"
        description="Your key stays in this tab and is forgotten when you close it."
        className="max-w-sm"
      >
        <SignInForm onDone={() => setOpen(false)} />
      </DialogContent>
    </Dialog>
  );
}

function SignInForm({ onDone }: { onDone: () => void }) {
  const accounts = useDevAccounts();
  const signInAs = useSessionStore((state) => state.signIn);
  const [apiKey, setApiKey] = useState("");
  const signIn = useMutation({
    mutationFn: openSession,
    onSuccess: (session) => {
      signInAs(session);
      toast.success(`Signed in as ${session.name}`);
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!signIn.isPending && apiKey.trim()) signIn.mutate(apiKey.trim());
  };

  return (
    <div className="grid gap-4">
      {accounts.length > 0 ? (
        <>
          <div className="grid gap-2">
            {accounts.map((account) => (
              <Button
                key={account.accountId + account.name}
                className="justify-start"
                disabled={signIn.isPending}
                onClick={() => signIn.mutate(account.apiKey)}
              >
                <span
                  aria-hidden
                  className="grid size-5 place-items-center rounded-full bg-accent-fill/20 text-2xs text-accent"
                >
                  {account.name.slice(0, 1).toUpperCase()}
                </span>
                Sign in as {account.name}
              </Button>
            ))}
          </div>
          <div className="flex items-center gap-3 text-2xs text-faint">
            <span className="h-px flex-1 bg-line" />
            or with a key
            <span className="h-px flex-1 bg-line" />
          </div>
        </>
      ) : null}
      <form onSubmit={submit} className="grid gap-3">
        <Field id="api-key" label="API key" error={signIn.error ? errorText(signIn.error) : undefined}>
          <Input
            id="api-key"
            type="password"
            autoComplete="off"
            spellCheck={false}
            value={apiKey}
            onChange={(event) => setApiKey(event.target.value)}
            aria-invalid={signIn.isError}
            aria-describedby={fieldErrorId("api-key")}
          />
        </Field>
        <Button type="submit" variant="primary" disabled={!apiKey.trim() || signIn.isPending}>
          {signIn.isPending ? "Signing in…" : "Sign in"}
        </Button>
      </form>
    </div>
  );
}

/** Ask the exchange whose key it is. Raises what the exchange refuses it with. */
async function openSession(apiKey: string): Promise<Session> {
  const account = await new ExchangeClient({ baseUrl: window.location.origin, apiKey }).getAccount();
  return { apiKey, accountId: account.accountId.toString(), name: account.name };
}
