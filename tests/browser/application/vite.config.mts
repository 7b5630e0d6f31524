import { defineConfig } from "vite";

export default defineConfig({
  // Relative, so that the built application runs in any folder of any server.
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
