import { ExchangeClient } from "@exchange/sdk";
import { ExchangeProvider } from "@exchange/sdk/react";
import { QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { Toaster } from "sonner";
import { useSession } from "@/session/session-store";
import { TooltipProvider } from "@/ui/tooltip";
import { createQueryClient } from "./queries";
import { useUiStore } from "./ui-store";
import { useIsWide } from "./use-media";

/** Everything that stands around the page: theme, calls, streams and toasts. One client a signed-in account. */
export function Providers({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  const apiKey = useSession()?.apiKey;
  const client = useMemo(() => new ExchangeClient({ baseUrl: window.location.origin, apiKey }), [apiKey]);
  const theme = useUiStore((state) => state.theme);

  const isWide = useIsWide();

  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);

  return (
    <QueryClientProvider client={queryClient}>
      <ExchangeProvider client={client}>
        <TooltipProvider delayDuration={350}>{children}</TooltipProvider>
        <Toaster
          theme={theme}
          // On a phone the buttons that begin an order are at the bottom.
          position={isWide ? "bottom-right" : "top-center"}
          closeButton
          visibleToasts={4}
          duration={4500}
          gap={8}
          className="toaster"
        />
      </ExchangeProvider>
    </QueryClientProvider>
  );
}
