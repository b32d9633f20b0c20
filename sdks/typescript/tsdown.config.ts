import { defineConfig } from "tsdown";

export default defineConfig({
  // The generated code lies outside of the package; it is bundled into it.
  entry: { index: "src/index.ts", node: "src/node.ts", react: "src/react/index.ts", proto: "src/proto.ts" },
  format: "esm",
  platform: "neutral",
  target: "es2022",
  dts: true,
  sourcemap: true,
  clean: true,
});
