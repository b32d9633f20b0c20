import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const gateway = process.env.EXCHANGE_GATEWAY ?? "http://127.0.0.1:8080";
const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": source("./src") } },
  build: {
    target: "es2023",
    // Only fonts and images become files; a data: URL in a style would need a wider CSP.
    assetsInlineLimit: 0,
    // Vite's polyfill would be an inline script; every browser of the target preloads by itself.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: {
    // `npm run dev` beside a running `exchange dev`: the page comes from Vite, everything else from the gateway.
    proxy: Object.fromEntries(
      ["^/exchange\\.v1\\.", "^/grpc\\.health\\.v1\\.", "^/v1/", "^/healthz", "^/dev-accounts\\.json"].map((path) => [
        path,
        { target: gateway, changeOrigin: true },
      ]),
    ),
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["./src/test-setup.ts"],
    // jsdom takes longer to start than all tests of a file: it is started once. What a test leaves behind, it cleans up.
    isolate: false,
    maxWorkers: 1,
  },
});
