import { AccountPanel } from "@/account/AccountPanel";

export function TradeView(_props: { market?: string }) {
  return <AccountPanel />;
}
