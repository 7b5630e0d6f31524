import { defineConfig } from "@playwright/test";

const mock = process.env.RINGME_MOCK_URL ?? "http://127.0.0.1:8080";
const app = process.env.APP_URL ?? "http://127.0.0.1:5173";

export default defineConfig({
  fullyParallel: true,
  use: {
    baseURL: app,
    // A browser of this machine; without the variable, Playwright's own browser is used.
    launchOptions: process.env.CHROMIUM ? { executablePath: process.env.CHROMIUM } : {},
  },
  // A mock that is already running is used.
  webServer: [
    { command: "ringme-mock serve", url: `${mock}/__mock__/health`, reuseExistingServer: true },
    {
      command: "python3 -m http.server 5173 --bind 127.0.0.1 --directory app",
      url: app,
      reuseExistingServer: true,
    },
  ],
});
