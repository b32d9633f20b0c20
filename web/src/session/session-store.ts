import { create } from "zustand";

/** Who is signed in. The key stays in this tab: sessionStorage is gone when it is closed. */
export type Session = { apiKey: string; accountId: string; name: string };

type SessionState = {
  session?: Session;
  signIn: (session: Session) => void;
  signOut: () => void;
};

const STORAGE_KEY = "exchange.session";

export const useSessionStore = create<SessionState>()((set) => ({
  session: readSession(sessionStorage.getItem(STORAGE_KEY)),
  signIn: (session) => {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(session));
    set({ session });
  },
  signOut: () => {
    sessionStorage.removeItem(STORAGE_KEY);
    set({ session: undefined });
  },
}));

/** The session of this tab, or undefined. */
export function useSession(): Session | undefined {
  return useSessionStore((state) => state.session);
}

/** Read what was kept; undefined for anything that is not a session. */
export function readSession(text: string | null): Session | undefined {
  if (!text) return undefined;
  try {
    const kept: unknown = JSON.parse(text);
    return isSession(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

function isSession(value: unknown): value is Session {
  if (typeof value !== "object" || value === null) return false;
  const { apiKey, accountId, name } = value as Record<string, unknown>;
  return typeof apiKey === "string" && apiKey !== "" && typeof accountId === "string" && typeof name === "string";
}
