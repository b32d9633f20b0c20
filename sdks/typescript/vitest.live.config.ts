import { defineConfig } from "vitest/config";

// Tests against a running exchange, which pytest starts (tests/integration/test_typescript_streams.py).
export default defineConfig({
  test: {
    include: ["tests/live/**/*.test.{ts,tsx}"],
    testTimeout: 80_000,
    fileParallelism: false,
    pool: "threads",
    maxWorkers: 1,
  },
});
