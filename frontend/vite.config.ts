import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// One build for three surfaces. Hashed files of earlier builds stay in place: an app
// that has not updated yet still finds its lazy chunks.
export default defineConfig({
  base: "/static/",
  plugins: [svelte()],
  build: {
    manifest: true,
    emptyOutDir: false,
    target: "es2022",
    assetsInlineLimit: 0,
    rollupOptions: {
      input: ["src/board/main.ts", "src/board/evidence.ts", "src/office/main.ts", "src/field/main.ts", "src/field/preview.ts", "src/portal/main.ts", "src/shared/styles/main.ts"],
    },
  },
  worker: { format: "es" },
  // Bounds for a machine ten times slower than ours; no test is about speed.
  test: { include: ["src/**/*.test.ts"], environment: "node", testTimeout: 120_000, hookTimeout: 120_000 },
  resolve: process.env.VITEST ? { conditions: ["browser"] } : undefined,
});
