import { type CreatedApiKey, Scope } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, Copy, Plus } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import { scopeName } from "@/account/names";
import { queryKeys } from "@/app/queries";
import { errorText } from "@/lib/errors";
import { Button } from "@/ui/button";
import { Checkbox } from "@/ui/checkbox";
import { Dialog, DialogContent, DialogTrigger } from "@/ui/dialog";
import { Field, fieldErrorId, Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { type FormProblems, problemsOf } from "./form-problems";

const LIFETIMES = [
  { value: "0", label: "As long as this session's key" },
  { value: "1", label: "1 day" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
] as const;

const DAY_MS = 86_400_000;

/** Makes a key, and shows it once: it is kept by nobody else. */
export function CreateKeyDialog({ accountId }: { accountId: string }) {
  const [isOpen, setOpen] = useState(false);
  const [created, setCreated] = useState<CreatedApiKey>();
  const close = (open: boolean) => {
    setOpen(open);
    if (!open) {
      setCreated(undefined);
    }
  };
  return (
    <Dialog open={isOpen} onOpenChange={close}>
      <DialogTrigger asChild>
        <Button size="sm" variant="primary">
          <Plus size={14} aria-hidden />
          New key
        </Button>
      </DialogTrigger>
      <DialogContent
        title={created ? "Your new key" : "New API key"}
        description={created ? "Copy it now: it is shown this once, and only its hash is kept." : undefined}
        // A click beside the dialog must not lose a key that was not copied yet.
        onInteractOutside={(event) => created && event.preventDefault()}
      >
        {created ? (
          <CreatedKey created={created} onDone={() => close(false)} />
        ) : (
          <KeyForm accountId={accountId} onCreated={setCreated} />
        )}
      </DialogContent>
    </Dialog>
  );
}

function KeyForm({ accountId, onCreated }: { accountId: string; onCreated: (created: CreatedApiKey) => void }) {
  const client = useExchange();
  const queries = useQueryClient();
  const labelId = useId();
  const [label, setLabel] = useState("");
  const [scopes, setScopes] = useState<readonly Scope[]>([Scope.READ]);
  const [days, setDays] = useState<string>("0");
  const [problems, setProblems] = useState<FormProblems>({ fields: {} });
  const [isSending, setSending] = useState(false);
  const account = useQuery({
    queryKey: queryKeys.account(accountId, "account"),
    queryFn: ({ signal }) => client.getAccount({ signal }),
  });
  const own = account.data?.scopes ?? [];

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSending(true);
    setProblems({ fields: {} });
    try {
      const expireTime = days === "0" ? undefined : new Date(Date.now() + Number(days) * DAY_MS);
      const created = await client.createOwnApiKey({ scopes, label: label.trim(), expireTime });
      onCreated(created);
      await queries.invalidateQueries({ queryKey: queryKeys.account(accountId, "api-keys") });
    } catch (error) {
      setProblems(problemsOf(error, ["label", "scopes", "expire_time"], errorText));
      setSending(false);
    }
  };

  return (
    <form onSubmit={(event) => void submit(event)} className="grid gap-4" noValidate>
      <Field id={labelId} label="Label" hint="for you, such as the program's name" error={problems.fields.label}>
        <Input
          id={labelId}
          value={label}
          maxLength={64}
          autoComplete="off"
          aria-invalid={problems.fields.label !== undefined}
          aria-describedby={fieldErrorId(labelId)}
          onChange={(event) => setLabel(event.target.value)}
        />
      </Field>
      <fieldset>
        <legend className="mb-1.5 text-2xs text-muted">What it may do</legend>
        <div className="flex gap-5">
          {Object.values(Scope).map((scope) => (
            <Checkbox
              key={scope}
              label={scopeName(scope)}
              checked={scopes.includes(scope)}
              disabled={!own.includes(scope)}
              title={own.includes(scope) ? undefined : "The key you are signed in with may not do this"}
              onChange={(checked) =>
                setScopes((all) => (checked ? [...all, scope] : all.filter((each) => each !== scope)))
              }
            />
          ))}
        </div>
        {problems.fields.scopes && (
          <p role="alert" className="mt-1 text-2xs text-sell">
            {problems.fields.scopes}
          </p>
        )}
      </fieldset>
      <div>
        <p className="mb-1 text-2xs text-muted" aria-hidden>
          Works for
        </p>
        <Select label="Works for" value={days} options={LIFETIMES} onChange={setDays} className="w-full" />
      </div>
      {(problems.form ?? problems.fields.expire_time) && (
        <p role="alert" className="text-sell text-xs">
          {problems.form ?? problems.fields.expire_time}
        </p>
      )}
      <div className="flex justify-end">
        <Button type="submit" size="sm" variant="primary" disabled={isSending || scopes.length === 0}>
          {isSending ? "Creating…" : "Create key"}
        </Button>
      </div>
    </form>
  );
}

function CreatedKey({ created, onDone }: { created: CreatedApiKey; onDone: () => void }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(created.apiKey);
      setCopied(true);
    } catch {
      // A page without TLS has no clipboard, unless it is this machine's.
      toast.warning("The browser did not copy it: select the key and copy it yourself");
    }
  };
  return (
    <div className="grid gap-4">
      <div className="flex items-center gap-2 rounded-md border border-line bg-raised p-2 pl-3">
        <code data-testid="new-api-key" className="min-w-0 flex-1 select-all break-all text-xs">
          {created.apiKey}
        </code>
        <Button size="sm" onClick={() => void copy()}>
          {isCopied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
          {isCopied ? "Copied" : "Copy"}
        </Button>
      </div>
      <p className="text-2xs text-faint">
        Key id <code>{created.keyId}</code>. Programs send the key as <code>authorization: Bearer …</code>
      </p>
      <div className="flex justify-end">
        <Button size="sm" variant="primary" onClick={onDone}>
          Done
        </Button>
      </div>
    </div>
  );
}
