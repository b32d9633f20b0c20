import type { Market } from "@exchange/sdk";
import { ChevronDown } from "lucide-react";
import { lazy, Suspense } from "react";
import { useUiStore } from "@/app/ui-store";
import { Kbd } from "@/ui/feedback";
import { Popover, PopoverContent, PopoverTrigger } from "@/ui/popover";
import { AssetMark } from "./asset-mark";

const MarketList = lazy(() => import("./market-list").then(({ MarketList }) => ({ default: MarketList })));

/** The name of the market, and behind it the list of all with a search. */
export function MarketPicker({ market }: { market: Market }) {
  const open = useUiStore((state) => state.marketPickerOpen);
  const setOpen = useUiStore((state) => state.setMarketPickerOpen);
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger
        title="Choose another market"
        className="flex h-13 shrink-0 items-center gap-2.5 rounded-lg px-3 hover:bg-hover focus-visible:-outline-offset-2"
      >
        <AssetMark asset={market.baseAsset} />
        <span className="font-semibold text-[0.9375rem] tracking-tight">{market.name}</span>
        <ChevronDown size={15} aria-hidden className="text-faint" />
      </PopoverTrigger>
      <PopoverContent align="start" aria-label="Markets" className="w-[min(24rem,calc(100vw-1rem))]">
        <Suspense>
          <MarketList current={market.name} onDone={() => setOpen(false)} />
        </Suspense>
        <p className="flex gap-3 border-line border-t px-3 py-2 text-2xs text-faint max-sm:hidden">
          <span>
            <Kbd>↑</Kbd> <Kbd>↓</Kbd> choose
          </span>
          <span>
            <Kbd>Enter</Kbd> open
          </span>
          <span className="ml-auto">
            <Kbd>/</Kbd> opens this list
          </span>
        </p>
      </PopoverContent>
    </Popover>
  );
}
