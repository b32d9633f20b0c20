import { Bot, CandlestickChart, KeyRound, type LucideIcon, Rows3, ShieldCheck, Wallet } from "lucide-react";
import type { Route } from "./router";

type NavigationEntry = { route: Route; label: string; icon: LucideIcon };

/** The pages in the order in which they are offered. */
export const NAVIGATION: readonly NavigationEntry[] = [
  { route: { page: "trade" }, label: "Trade", icon: CandlestickChart },
  { route: { page: "markets" }, label: "Markets", icon: Rows3 },
  { route: { page: "portfolio" }, label: "Portfolio", icon: Wallet },
  { route: { page: "bots" }, label: "Bots", icon: Bot },
  { route: { page: "keys" }, label: "API keys", icon: KeyRound },
  { route: { page: "admin" }, label: "Admin", icon: ShieldCheck },
];
