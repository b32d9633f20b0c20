import { Unauthenticated } from "@exchange/sdk";
import { useAccount, useConnection } from "@exchange/sdk/react";
import { useEffect } from "react";
import { toast } from "sonner";
import { useSession, useSessionStore } from "./session-store";

/** Signs out when the exchange does not take the key any more: it was revoked, or belongs to an exchange that was erased. */
export function RefusedKey() {
  const session = useSession();
  const ofAccount = useAccount().error;
  const ofConnection = useConnection().error;
  const isRefused = ofAccount instanceof Unauthenticated || ofConnection instanceof Unauthenticated;
  useEffect(() => {
    if (!session || !isRefused) return;
    useSessionStore.getState().signOut();
    toast.error("You were signed out", {
      id: "signed-out",
      description: "The exchange does not take this key any more.",
    });
  }, [session, isRefused]);
  return null;
}
