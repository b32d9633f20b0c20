/** A round mark for an asset: its first letters, in a colour that its name decides. */
export function AssetMark({ asset, size = 24 }: { asset: string; size?: number }) {
  return (
    <span
      aria-hidden
      className="grid shrink-0 place-items-center rounded-full font-bold text-white"
      style={{
        width: size,
        height: size,
        fontSize: size * 0.36,
        backgroundColor: KNOWN[asset] ?? `hsl(${hueOf(asset)} 45% 40%)`,
      }}
    >
      {asset.slice(0, asset.length > 3 ? 2 : 1)}
    </span>
  );
}

const KNOWN: Readonly<Record<string, string>> = { BTC: "#b96a08", ETH: "#5468c4", USDC: "#2568b0" };

function hueOf(asset: string): number {
  let hash = 0;
  for (const letter of asset) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  return hash;
}
