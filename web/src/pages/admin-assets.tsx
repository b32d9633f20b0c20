import { useExchange } from "@exchange/sdk/react";
import { useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { queryKeys, useAssets } from "@/app/queries";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/feedback";
import { Cell, HeaderCell, TableHead, TableRow } from "@/ui/table";
import { FormDialog, type FormField } from "./form-dialog";
import { ScrollTable } from "./scroll-table";
import { SectionBar } from "./section-bar";

const FIELDS: readonly FormField<"name" | "decimals">[] = [
  { name: "name", label: "Name", hint: "capital letters and digits, such as SOL" },
  { name: "decimals", label: "Decimals", hint: "0 to 12", kind: "integer", initial: "8" },
];

/** The assets, and a new one. */
export function AdminAssets() {
  const client = useExchange();
  const queries = useQueryClient();
  const assets = useAssets();
  const create = async ({ name, decimals }: Readonly<Record<"name" | "decimals", string>>) => {
    const asset = await client.createAsset(name.trim(), Number(decimals));
    await queries.invalidateQueries({ queryKey: queryKeys.assets });
    return `Asset ${asset.name} exists`;
  };
  return (
    <>
      <SectionBar text={`${assets.length} assets`}>
        <FormDialog
          trigger={
            <Button size="sm" variant="primary">
              <Plus size={14} aria-hidden />
              New asset
            </Button>
          }
          title="New asset"
          description="An asset can not be changed or removed later."
          fields={FIELDS}
          submitLabel="Create asset"
          onSubmit={create}
        />
      </SectionBar>
      {assets.length === 0 ? (
        <EmptyState title="There are no assets yet" />
      ) : (
        <ScrollTable label="Assets">
          <TableHead>
            <tr>
              <HeaderCell className="pl-4">Asset</HeaderCell>
              <HeaderCell numeric>Decimals</HeaderCell>
              <HeaderCell numeric className="pr-4">
                Smallest unit
              </HeaderCell>
            </tr>
          </TableHead>
          <tbody>
            {assets.map((asset) => (
              <TableRow key={asset.name}>
                <Cell className="pl-4 font-medium">{asset.name}</Cell>
                <Cell numeric>{asset.decimals}</Cell>
                <Cell numeric className="pr-4 text-muted">
                  {asset.decimals === 0 ? "1" : `0.${"1".padStart(asset.decimals, "0")}`}
                </Cell>
              </TableRow>
            ))}
          </tbody>
        </ScrollTable>
      )}
    </>
  );
}
