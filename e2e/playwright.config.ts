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
  // The journeys share one server, and some change what others look at.
  workers: 1,
  fullyParallel: false,
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
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
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
  projects: [
    { name: "desktop", use: { viewport: { width: 1440, height: 900 } } },
    // Screens that are laid out differently on a telephone say so with the tag.
    { name: "mobile", grep: /@mobile/, use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
  ],
});
