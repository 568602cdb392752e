import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { defineConfig } from "vite";

interface Chunk {
  file: string;
  css?: string[];
  assets?: string[];
  imports?: string[];
  dynamicImports?: string[];
}

const manifestText = readFileSync("dist/.vite/manifest.json", "utf-8");
const manifest = JSON.parse(manifestText) as Record<string, Chunk>;

/** Every file that the entry needs, lazy chunks too: the app starts without a network. */
function filesOf(entry: string, seen = new Set<string>()): Set<string> {
  const chunk = manifest[entry];
  if (!chunk || seen.has(entry)) return new Set();
  seen.add(entry);
  const files = new Set([chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]);
  for (const next of [...(chunk.imports ?? []), ...(chunk.dynamicImports ?? [])]) {
    for (const file of filesOf(next, seen)) files.add(file);
  }
  return files;
}

// The barcode reader is kept when it is first used: see serviceworker.ts.
const isPrecached = (file: string): boolean => !file.endsWith(".wasm");

const shell = readFileSync("../field_app/templates/field_app/shell.html", "utf-8");
const revision = createHash("sha256").update(manifestText + shell).digest("hex");
const precache = [
  ...[...filesOf("src/field/main.ts")].filter(isPrecached).map((file) => ({ url: `/static/${file}`, revision: null })),
  { url: "/field/", revision },
];

export default defineConfig({
  define: {
    __PRECACHE__: JSON.stringify(precache),
    "process.env.NODE_ENV": '"production"',
  },
  build: {
    emptyOutDir: false,
    target: "es2022",
    copyPublicDir: false,
    lib: {
      entry: "src/field/serviceworker.ts",
      formats: ["iife"],
      name: "worker",
      fileName: () => "serviceworker.js",
    },
  },
});
