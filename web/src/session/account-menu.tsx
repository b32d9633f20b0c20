import { ChevronDown, Droplets, LogIn, LogOut, RefreshCw } from "lucide-react";
import { useUiStore } from "@/app/ui-store";
import { Button } from "@/ui/button";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from "@/ui/menu";
import { useFaucet } from "./faucet";
import { useSession, useSessionStore } from "./session-store";

/** Sign in; or who is signed in, and what to do about it. */
export function AccountMenu() {
  const session = useSession();
  const signOut = useSessionStore((state) => state.signOut);
  const setSignInOpen = useUiStore((state) => state.setSignInOpen);
  const faucet = useFaucet();

  if (!session) {
    return (
      <Button variant="primary" size="sm" className="ml-1" onClick={() => setSignInOpen(true)}>
        <LogIn size={14} aria-hidden />
        Sign in
      </Button>
    );
  }
  return (
    <>
      {faucet ? (
        <Button size="sm" className="ml-1 max-md:hidden" onClick={faucet.give} disabled={faucet.isPending}>
          <Droplets size={14} aria-hidden className="text-accent" />
          Faucet
        </Button>
      ) : null}
      <Menu>
        <MenuTrigger asChild>
          <Button size="sm" className="ml-1" aria-label={`Account ${session.name}`}>
            <span className="max-w-24 truncate">{session.name}</span>
            <ChevronDown size={13} aria-hidden className="text-faint" />
          </Button>
        </MenuTrigger>
        <MenuContent>
          <MenuLabel>Account {session.accountId}</MenuLabel>
          {faucet ? (
            <MenuItem onSelect={faucet.give} disabled={faucet.isPending} className="md:hidden">
              <Droplets size={14} aria-hidden className="text-faint" />
              Faucet
            </MenuItem>
          ) : null}
          <MenuItem onSelect={() => setSignInOpen(true)}>
            <RefreshCw size={14} aria-hidden className="text-faint" />
            Switch account
          </MenuItem>
          <MenuSeparator />
          <MenuItem onSelect={signOut}>
            <LogOut size={14} aria-hidden className="text-faint" />
            Sign out
          </MenuItem>
        </MenuContent>
      </Menu>
    </>
  );
}
