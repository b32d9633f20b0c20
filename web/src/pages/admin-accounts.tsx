import type { Account } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import { useQueryClient } from "@tanstack/react-query";
import { Droplets, Plus, Users } from "lucide-react";
import { useCallback } from "react";
import { CutText, Dash } from "@/account/cells";
import { MoreRows, NoRows } from "@/account/table-states";
import { usePaged } from "@/account/use-paged";
import { queryKeys, useAssets } from "@/app/queries";
import { formatDecimal } from "@/lib/decimal";
import { formatDateTime } from "@/lib/time";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/feedback";
import { Cell, HeaderCell, TableHead, TableRow } from "@/ui/table";
import { FormDialog, type FormField } from "./form-dialog";
import { ScrollTable } from "./scroll-table";
import { SectionBar } from "./section-bar";

const NEW_ACCOUNT: readonly FormField<"name">[] = [{ name: "name", label: "Name", hint: "letters, digits, _ - and ." }];

/** Every account by id: money for it, and its trade group. */
export function AdminAccounts({ accountId }: { accountId: string }) {
  const client = useExchange();
  const queries = useQueryClient();
  const queryKey = queryKeys.account(accountId, "accounts");
  const fetchPage = useCallback(
    (pageToken: string, signal?: AbortSignal) => client.listAccounts({ pageSize: 100, pageToken, signal }).page(),
    [client],
  );
  const list = usePaged(queryKey, fetchPage);
  const again = () => queries.invalidateQueries({ queryKey });
  return (
    <>
      <SectionBar text={`${list.rows.length}${list.isComplete ? "" : "+"} accounts`}>
        <FormDialog
          trigger={
            <Button size="sm" variant="primary">
              <Plus size={14} aria-hidden />
              New account
            </Button>
          }
          title="New account"
          fields={NEW_ACCOUNT}
          submitLabel="Create account"
          onSubmit={async ({ name }) => {
            const account = await client.createAccount(name.trim());
            await again();
            return `Account ${account.name} is number ${account.accountId}`;
          }}
        />
      </SectionBar>
      {list.rows.length === 0 ? (
        <NoRows list={list}>
          <EmptyState title="There are no accounts" />
        </NoRows>
      ) : (
        <ScrollTable label="Accounts">
          <TableHead>
            <tr>
              <HeaderCell numeric className="w-16 pl-4">
                Id
              </HeaderCell>
              <HeaderCell>Name</HeaderCell>
              <HeaderCell>Created</HeaderCell>
              <HeaderCell numeric>Trade group</HeaderCell>
              <HeaderCell className="pr-4">
                <span className="sr-only">Actions</span>
              </HeaderCell>
            </tr>
          </TableHead>
          <tbody>
            {list.rows.map((account) => (
              <AccountRow key={account.accountId.toString()} account={account} onChange={again} />
            ))}
          </tbody>
        </ScrollTable>
      )}
      {list.rows.length > 0 && <MoreRows list={list} />}
      {!list.isComplete && list.rows.length > 0 && !list.isLoadingMore && (
        <div className="flex justify-center p-3">
          <Button size="sm" onClick={list.loadMore}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}

function AccountRow({ account, onChange }: { account: Account; onChange: () => Promise<void> }) {
  return (
    <TableRow className="h-11">
      <Cell numeric className="pl-4 text-muted">
        {account.accountId.toString()}
      </Cell>
      <Cell className="max-w-64 font-medium">
        <CutText text={account.name} />
      </Cell>
      <Cell className="text-muted">{formatDateTime(account.createTime)}</Cell>
      <Cell numeric>{account.tradeGroupId === 0n ? <Dash /> : account.tradeGroupId.toString()}</Cell>
      <Cell className="pr-4 text-right">
        <CreditDialog account={account} />
        <TradeGroupDialog account={account} onChange={onChange} />
      </Cell>
    </TableRow>
  );
}

function CreditDialog({ account }: { account: Account }) {
  const client = useExchange();
  const assets = useAssets().map(({ name }) => ({ value: name, label: name }));
  const fields: readonly FormField<"asset" | "amount">[] = [
    { name: "asset", label: "Asset", options: assets, initial: assets.at(-1)?.value },
    { name: "amount", label: "Amount", kind: "decimal", initial: "1000" },
  ];
  return (
    <FormDialog
      trigger={
        <Button size="sm" variant="ghost" aria-label={`Credit ${account.name}`}>
          <Droplets size={13} aria-hidden />
          Credit
        </Button>
      }
      title={`Credit ${account.name}`}
      description="Money comes out of the issuance account, so that all balances sum to zero."
      fields={fields}
      submitLabel="Credit"
      onSubmit={async ({ asset, amount }) => {
        const balance = await client.credit({ accountId: account.accountId, asset, amount: amount.trim() });
        return `${account.name} has ${formatDecimal(balance.total)} ${balance.asset} now`;
      }}
    />
  );
}

function TradeGroupDialog({ account, onChange }: { account: Account; onChange: () => Promise<void> }) {
  const client = useExchange();
  const fields: readonly FormField<"trade_group_id">[] = [
    {
      name: "trade_group_id",
      label: "Group",
      hint: "0 is none",
      kind: "integer",
      initial: String(account.tradeGroupId),
    },
  ];
  return (
    <FormDialog
      trigger={
        <Button size="sm" variant="ghost" aria-label={`Trade group of ${account.name}`}>
          <Users size={13} aria-hidden />
          Group
        </Button>
      }
      title={`Trade group of ${account.name}`}
      description="Accounts of one group count as one owner: their orders do not trade with each other."
      fields={fields}
      submitLabel="Set group"
      onSubmit={async ({ trade_group_id }) => {
        if (!/^\d{1,19}$/.test(trade_group_id.trim())) {
          throw new RangeError("A group is a whole number");
        }
        const changed = await client.setTradeGroup(account.accountId, BigInt(trade_group_id.trim()));
        await onChange();
        return changed.tradeGroupId === 0n
          ? `${changed.name} is in no group`
          : `${changed.name} is in group ${changed.tradeGroupId}`;
      }}
    />
  );
}
