import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";


const TEXT = /\.(js|css|svg|wasm)$/;
/** Below this a packed file saves nothing on the way. */
const LEAST_BYTES = 1024;
/** The last percent of a large file takes seconds. */
const LARGE_BYTES = 300_000;

/** Beside each file the same one packed, so that every server sends it small: a phone in
 *  a valley waits for bytes, and not every server stands behind a proxy that packs. */
function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    async writeBundle({ dir = "" }, bundle) {
      const files = Object.values(bundle).filter(({ fileName }) => TEXT.test(fileName));
      await Promise.all(
        files.map((file) => pack(join(dir, file.fileName), Buffer.from(file.type === "chunk" ? file.code : file.source))),
      );
    },
  };
}

async function pack(path: string, bytes: Buffer): Promise<void> {
  if (bytes.length < LEAST_BYTES) return;
  const quality = bytes.length < LARGE_BYTES ? 11 : 9;
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
  await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, { params }));
  await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
}

// One build for three surfaces. Hashed files of earlier builds stay in place: an app
// that has not updated yet still finds its lazy chunks.
export default defineConfig({
  base: "/static/",
  plugins: [svelte(), packed()],
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
  // Bounds for a machine ten times slower than ours; no test is about speed.
  test: { include: ["src/**/*.test.ts"], environment: "node", testTimeout: 120_000, hookTimeout: 120_000 },
  resolve: process.env.VITEST ? { conditions: ["browser"] } : undefined,
});
