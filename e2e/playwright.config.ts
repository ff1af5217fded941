// The journeys: one spec a journey, in the Chromium that the system brings. `cargo xtask test e2e` builds and
// starts what they go through and says where it is; see `xtask/src/test/journeys.rs`.

import { defineConfig } from "@playwright/test";

const baseURL = process.env.PORTICO_BASE_URL;
if (!baseURL) {
  throw new Error("PORTICO_BASE_URL is not set: run the journeys with `cargo xtask test e2e`");
}

export default defineConfig({
  testDir: ".",
  testMatch: "**/*.spec.ts",
  // Each journey that changes something has an organization of its own, so they can run side by side: one more than the
  // smallest machine has cores, since one that waits for the server leaves its core to another.
  workers: 3,
  fullyParallel: true,
  // A journey that passes only at the second try is a bug.
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    baseURL,
    browserName: "chromium",
    headless: true,
    locale: "en-GB",
    timezoneId: "Europe/Madrid",
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure",
    // Recording takes a third of the time of every journey. Whoever looks for a failure sets this, and goes the one way.
    trace: process.env.PORTICO_TRACE ? "retain-on-failure" : "off",
    launchOptions: {
      executablePath: process.env.PORTICO_CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  snapshotPathTemplate: "{testDir}/snapshots/{arg}{ext}",
});
