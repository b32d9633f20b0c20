import { Command } from "cmdk";
import { Droplets, Keyboard, LogIn, LogOut, type LucideIcon, Moon, Sun, TrendingDown, TrendingUp } from "lucide-react";
import { useFaucet } from "@/session/faucet";
import { useSession, useSessionStore } from "@/session/session-store";
import { Dialog, DialogContent } from "@/ui/dialog";
import { Kbd } from "@/ui/feedback";
import { NAVIGATION } from "./navigation";
import { useMarkets } from "./queries";
import { navigate } from "./router";
import { useUiStore } from "./ui-store";

/** Every market, page and action behind one key. Loaded when it is first opened. */
export function Palette() {
  const open = useUiStore((state) => state.paletteOpen);
  const { setPaletteOpen, setSignInOpen, setShortcutsOpen, prefillOrder, setTradeTab, toggleTheme } =
    useUiStore.getState();
  const theme = useUiStore((state) => state.theme);
  const { markets } = useMarkets();
  const session = useSession();
  const signOut = useSessionStore((state) => state.signOut);
  const faucet = useFaucet();
  const run = (action: () => void) => () => {
    setPaletteOpen(false);
    action();
  };
  const startOrder = (side: "BUY" | "SELL") => {
    navigate({ page: "trade", market: useUiStore.getState().lastMarket });
    setTradeTab("order");
    prefillOrder({ side, focus: true });
  };

  return (
    <Dialog open={open} onOpenChange={setPaletteOpen}>
      <DialogContent title="Command palette" hideHeading>
        <Command loop label="Commands">
          <Command.Input
            placeholder="Market, page or command…"
            className="h-12 w-full border-line border-b bg-transparent px-4 text-sm outline-none placeholder:text-faint"
          />
          <Command.List className="max-h-[22rem] overflow-auto p-1.5">
            <Command.Empty className="p-6 text-center text-muted">Nothing of that name.</Command.Empty>
            <Group heading="Markets">
              {markets.map((market) => (
                <Item
                  key={market.name}
                  value={`market ${market.name}`}
                  onSelect={run(() => navigate({ page: "trade", market: market.name }))}
                >
                  <span className="font-medium">{market.name}</span>
                </Item>
              ))}
            </Group>
            <Group heading="Order">
              <Item icon={TrendingUp} value="buy order" onSelect={run(() => startOrder("BUY"))} hint="B">
                Buy
              </Item>
              <Item icon={TrendingDown} value="sell order" onSelect={run(() => startOrder("SELL"))} hint="S">
                Sell
              </Item>
            </Group>
            <Group heading="Go to">
              {NAVIGATION.map(({ route, label, icon }) => (
                <Item key={label} icon={icon} value={`go to ${label}`} onSelect={run(() => navigate(route))}>
                  {label}
                </Item>
              ))}
            </Group>
            <Group heading="Page">
              <Item icon={theme === "dark" ? Sun : Moon} value="theme dark light" onSelect={run(toggleTheme)}>
                Switch to the {theme === "dark" ? "light" : "dark"} theme
              </Item>
              <Item icon={Keyboard} value="keyboard shortcuts" onSelect={run(() => setShortcutsOpen(true))} hint="?">
                Keyboard shortcuts
              </Item>
              {faucet ? (
                <Item icon={Droplets} value="faucet funds" onSelect={run(faucet.give)}>
                  Take funds from the faucet
                </Item>
              ) : null}
              <Item icon={LogIn} value="sign in switch account" onSelect={run(() => setSignInOpen(true))}>
                {session ? "Switch account" : "Sign in"}
              </Item>
              {session ? (
                <Item icon={LogOut} value="sign out" onSelect={run(signOut)}>
                  Sign out
                </Item>
              ) : null}
            </Group>
          </Command.List>
        </Command>
      </DialogContent>
    </Dialog>
  );
}

function Group({ heading, children }: { heading: string; children: React.ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:text-faint"
    >
      {children}
    </Command.Group>
  );
}

type ItemProps = {
  value: string;
  onSelect: () => void;
  icon?: LucideIcon;
  hint?: string;
  children: React.ReactNode;
};

function Item({ value, onSelect, icon: Icon, hint, children }: ItemProps) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-2 data-[selected=true]:bg-hover"
    >
      {Icon ? <Icon size={15} aria-hidden className="text-faint" /> : null}
      <span className="flex-1">{children}</span>
      {hint ? <Kbd>{hint}</Kbd> : null}
    </Command.Item>
  );
}
