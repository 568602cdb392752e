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
      input: ["src/board/main.ts", "src/board/evidence.ts", "src/calls/main.ts", "src/office/main.ts", "src/field/main.ts", "src/field/preview.ts", "src/portal/main.ts", "src/shared/styles/main.ts"],
    },
  },
  worker: { format: "es" },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
  resolve: process.env.VITEST ? { conditions: ["browser"] } : undefined,
});
