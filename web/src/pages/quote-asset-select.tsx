import { Select } from "@/ui/select";
import { useQuoteAssets } from "./use-quote-assets";

/** In which asset a page values; nothing where there is no choice, or nothing is valued yet. */
export function QuoteAssetSelect({
  value,
  onChange,
}: {
  value: string | undefined;
  onChange: (quoteAsset: string) => void;
}) {
  const quoteAssets = useQuoteAssets();
  if (!value || quoteAssets.length < 2) return null;
  return (
    <Select
      label="Valued in"
      size="sm"
      align="end"
      value={value}
      options={quoteAssets.map((name) => ({ value: name, label: `in ${name}` }))}
      onChange={onChange}
    />
  );
}
