import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";
import { worldMap } from "./scripts/world-map.ts";

const DEV_API = process.env["REELM_DEV_API"] ?? "http://127.0.0.1:8000";

/** Write dist/sw.js from src/sw.js with the list of shell files and a version that changes with them.
 *
 * The shell is the page, its scripts, styles and the Latin font: what is needed to say "you are offline"
 * in the person's language. Media, API answers, the API page and the map are never in it.
 */
function shellWorker(): Plugin {
  return {
    name: "reelm-shell-worker",
    apply: "build",
    enforce: "post",
    async generateBundle(_options, bundle) {
      const shell = Object.values(bundle)
        .map((file) => file.fileName)
        .filter((name) => /\.(js|css)$|figtree-latin-wght-normal.*\.woff2$/.test(name) && !/api-docs|world-map/.test(name))
        .sort();
      const source = await readFile(new URL("./src/sw.js", import.meta.url), "utf8");
      this.emitFile({
        type: "asset",
        fileName: "sw.js",
        source: source
          .replace("__VERSION__", createHash("sha256").update(shell.join("\n")).digest("hex").slice(0, 12))
          .replace("[/* __SHELL__ */]", JSON.stringify(["/", "/assets/theme-1.js", ...shell.map((name) => `/${name}`)])),
      });
    },
  };
}

export default defineConfig({
  plugins: [svelte(), worldMap(), shellWorker()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // the Content-Security-Policy allows fonts and scripts from files only
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000, // the API page carries Swagger UI; the product itself stays far below
    rolldownOptions: { input: ["index.html", "api-docs.html"] },
  },
  server: { proxy: { "/api": DEV_API, "/media": DEV_API, "/ledger": DEV_API } },
});
