import type { Market } from "@exchange/sdk";
import { useTicker } from "@exchange/sdk/react";
import { Command } from "cmdk";
import { useMarkets } from "@/app/queries";
import { navigate } from "@/app/router";
import { decimalsOf, formatCompact, formatDecimal, formatPercent } from "@/lib/decimal";
import { cn } from "@/ui/cn";
import { AssetMark } from "./asset-mark";
import { changeColor, tickerFigures } from "./ticker-figures";

/** All markets with a search. Each row follows its ticker while the list is open. */
export function MarketList({ current, onDone }: { current: string; onDone: () => void }) {
  const { markets } = useMarkets();
  const open = (market: string) => {
    navigate({ page: "trade", market });
    onDone();
  };
  return (
    <Command loop label="Markets">
      <Command.Input
        placeholder="Search markets"
        className="h-10 w-full border-line border-b bg-transparent px-3 text-[0.8125rem] outline-none placeholder:text-faint"
      />
      <Command.List className="max-h-80 overflow-auto p-1">
        <Command.Empty className="p-6 text-center text-muted text-xs">No market of that name.</Command.Empty>
        {markets.map((market) => (
          <Command.Item
            key={market.name}
            value={market.name}
            onSelect={() => open(market.name)}
            aria-current={market.name === current}
            className="flex cursor-pointer items-center gap-2.5 rounded-md px-2 py-1.5 data-[selected=true]:bg-hover"
          >
            <MarketRow market={market} />
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  );
}

function MarketRow({ market }: { market: Market }) {
  const { ticker } = useTicker(market.name);
  const { change, changeRatio } = tickerFigures(ticker);
  return (
    <>
      <AssetMark asset={market.baseAsset} size={22} />
      <div className="flex-1">
        <div className="font-medium text-[0.8125rem]">{market.name}</div>
        <div className="text-2xs text-faint">
          {formatCompact(ticker?.quoteVolume)} {market.quoteAsset}
        </div>
      </div>
      <div data-figures className="text-right text-xs">
        <div>{formatDecimal(ticker?.lastPrice, { decimals: decimalsOf(market.tickSize) })}</div>
        <div className={cn("text-2xs", changeColor(change))}>{formatPercent(changeRatio)}</div>
      </div>
    </>
  );
}
