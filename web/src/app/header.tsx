import { Menu as MenuIcon, Moon, Search, Sun } from "lucide-react";
import { AccountMenu } from "@/session/account-menu";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";
import { Kbd } from "@/ui/feedback";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "@/ui/menu";
import { Tooltip } from "@/ui/tooltip";
import { ConnectionStatus } from "./connection-status";
import { NAVIGATION } from "./navigation";
import { navigate, type PageName, routeHref } from "./router";
import { useUiStore } from "./ui-store";

/** The bar at the top of every page. */
export function Header({ page }: { page: PageName }) {
  const setPaletteOpen = useUiStore((state) => state.setPaletteOpen);
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 bg-surface px-2 sm:px-3">
      <MobileNavigation page={page} />
      <a href={routeHref({ page: "trade" })} className="flex items-center gap-2 rounded font-semibold text-sm">
        <img src="/icon.svg" alt="" width={22} height={22} />
        <span className="tracking-tight max-sm:sr-only">Exchange</span>
      </a>
      <nav aria-label="Main" className="ml-4 hidden items-center gap-0.5 lg:flex">
        {NAVIGATION.map(({ route, label }) => (
          <a
            key={route.page}
            href={routeHref(route)}
            aria-current={route.page === page ? "page" : undefined}
            className={cn(
              "rounded-md px-2.5 py-1.5 font-medium text-[0.8125rem]",
              route.page === page ? "text-text" : "text-muted hover:text-text",
            )}
          >
            {label}
          </a>
        ))}
      </nav>
      <div className="ml-auto flex items-center gap-1">
        <Button
          size="sm"
          onClick={() => setPaletteOpen(true)}
          className="mr-1 text-faint max-md:hidden"
          title="Open the command palette"
        >
          <Search size={13} aria-hidden />
          <span className="mr-3 font-normal">Search or run</span>
          <Kbd>{IS_MAC ? "⌘K" : "Ctrl K"}</Kbd>
        </Button>
        <ConnectionStatus />
        <ThemeButton />
        <AccountMenu />
      </div>
    </header>
  );
}

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

function ThemeButton() {
  const theme = useUiStore((state) => state.theme);
  const toggleTheme = useUiStore((state) => state.toggleTheme);
  const next = theme === "dark" ? "light" : "dark";
  return (
    <Tooltip content={`Switch to the ${next} theme`}>
      <Button
        variant="ghost"
        size="icon"
        onClick={toggleTheme}
        aria-label={`Switch to the ${next} theme`}
        className="px-0"
      >
        {theme === "dark" ? <Sun size={16} aria-hidden /> : <Moon size={16} aria-hidden />}
      </Button>
    </Tooltip>
  );
}

function MobileNavigation({ page }: { page: PageName }) {
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="icon" aria-label="Menu" className="lg:hidden">
          <MenuIcon size={18} aria-hidden />
        </Button>
      </MenuTrigger>
      <MenuContent align="start">
        {NAVIGATION.map(({ route, label, icon: Icon }) => (
          <MenuItem
            key={route.page}
            onSelect={() => navigate(route)}
            aria-current={route.page === page ? "page" : undefined}
          >
            <Icon size={15} aria-hidden className={route.page === page ? "text-accent" : "text-faint"} />
            {label}
          </MenuItem>
        ))}
      </MenuContent>
    </Menu>
  );
}
