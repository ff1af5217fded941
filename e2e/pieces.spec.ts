// The app comes in pieces: the sign-in first, screens when they are first shown. What does not come is said to be
// missing, and comes when one tries again.

import type { Browser, Page, Route } from "@playwright/test";

import type { Organization } from "./support/organization.ts";
import { personMenu, signIn, title } from "./support/screens.ts";
import { expectGoodSight } from "./support/sight.ts";
import { expect, listen, signedIn, test } from "./support/test.ts";

/** Every piece but the first. */
const pieces = /\/assets\/(split|chunk)_[^/]*\.wasm$/;
/** What the browser, and what loads the pieces, write to the console where one does not come. */
const missing = /Failed to load resource|Failed to fetch|HTTP status code is not ok/;

/** A page of the admin's whose browser may say that pieces are missing. */
async function enterWithout(browser: Browser, organization: Organization, complaints: string[]): Promise<Page> {
  const context = await signedIn(browser, organization, organization.admin);
  listen(context, complaints, missing);
  return context.newPage();
}

/** Home stands. The live stream never ends, so the network is never idle for those who are signed in. */
async function settled(page: Page): Promise<void> {
  await expect(personMenu(page)).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("[aria-busy=true], .skeleton").filter({ visible: true })).toHaveCount(0);
}

const lost = (page: Page) => page.getByRole("alert");
const again = (page: Page) => lost(page).getByRole("button", { name: "Try again" });
const open = (page: Page, screen: string) =>
  page.getByRole("navigation", { name: "Main navigation" }).getByRole("link", { name: screen, exact: true }).click();

test("the sign-in loads what the page names and nothing else", async ({ page, organization }) => {
  const loaded = new Set<string>();
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (!pathname.startsWith("/api/")) loaded.add(pathname);
  });
  const answer = await page.goto(organization.origin);
  const named = new Set([...(await answer!.text()).matchAll(/"(\/[^"]*)"/g)].map(([, name]) => name!));
  await expect(page.getByLabel("E-mail")).toBeFocused();
  await page.waitForLoadState("networkidle");
  expect([...loaded].filter((name) => !named.has(name) && name !== "/")).toEqual([]);
  expect([...loaded].filter((name) => name.endsWith(".wasm"))).toHaveLength(1);

  await signIn(page, organization.admin);
  await expect(personMenu(page)).toBeVisible();
  expect([...loaded].filter((name) => pieces.test(name))).not.toEqual([]);
});

test("a screen that does not come says so, and comes when one tries again", async ({
  browser,
  organization,
  complaints,
}) => {
  const page = await enterWithout(browser, organization, complaints);
  await page.goto(organization.origin);
  await settled(page);

  await page.context().setOffline(true);
  await open(page, "Users");
  await expect(lost(page)).toContainText("Portico cannot be reached");
  await expect(title(page, "Users")).toBeVisible();
  await expectGoodSight(page, "a screen that did not come");
  // Trying too early changes nothing.
  await again(page).click();
  await expect(lost(page)).toContainText("Portico cannot be reached");

  await page.context().setOffline(false);
  await again(page).click();
  await expect(page.getByRole("row").filter({ hasText: organization.admin.name })).toBeVisible();
  await expect(lost(page)).toHaveCount(0);
  await page.context().close();
});

test("the frame that does not come says so, and comes when one tries again", async ({
  browser,
  organization,
  complaints,
}) => {
  const page = await enterWithout(browser, organization, complaints);
  await page.route(pieces, (route) => route.abort("connectionfailed"));
  await page.goto(organization.origin);
  await expect(lost(page)).toContainText("Portico cannot be reached");
  await expectGoodSight(page, "a frame that did not come");
  await page.unroute(pieces);
  await again(page).click();
  await expect(personMenu(page)).toBeVisible();
  await page.context().close();
});

test("a page that is older than the server loads the new one when one tries again", async ({
  browser,
  organization,
  complaints,
}) => {
  const page = await enterWithout(browser, organization, complaints);
  const answer = await page.goto(organization.origin);
  const body = (await answer!.text()).replaceAll("/assets/app-", "/assets/app-1");
  await settled(page);

  // What a server says that has another app by now.
  const home = `${organization.origin}/`;
  const gone = (route: Route) => route.fulfill({ status: 404, contentType: "application/problem+json", body: "{}" });
  const renewed = (route: Route) => route.fulfill({ contentType: "text/html", body });
  await page.route(pieces, gone);
  await page.route(home, renewed);
  await open(page, "Users");
  await expect(lost(page)).toContainText("Portico was updated meanwhile");
  await expectGoodSight(page, "a page that is too old");

  await page.unroute(pieces);
  await page.unroute(home);
  const loaded = page.waitForEvent("load");
  await again(page).click();
  await loaded;
  await expect(page.getByRole("row").filter({ hasText: organization.admin.name })).toBeVisible();
  await expect(page).toHaveURL(`${organization.origin}/users`);
  await page.context().close();
});

test("a screen that is slow to come shows its shape meanwhile, and nothing moves", async ({ page, organization }) => {
  await page.addInitScript(() => {
    const shifts = { sum: 0 };
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) shifts.sum += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  const shifted = () => page.evaluate(() => (window as unknown as { shifts: { sum: number } }).shifts.sum);
  await page.goto(organization.origin);
  await signIn(page, organization.admin);
  await settled(page);
  const before = await shifted();

  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(pieces, async (route) => {
    await released;
    await route.continue();
  });
  await open(page, "Users");
  await expect(title(page, "Users")).toBeVisible();
  await expect(page.getByRole("main").getByRole("status")).toHaveText("Loading");
  const came = (await shifted()) - before;
  // Looked at in other sizes, it does move.
  await expectGoodSight(page, "a screen that is coming");
  const seen = await shifted();
  release();
  await expect(page.getByRole("row").filter({ hasText: organization.admin.name })).toBeVisible();
  expect(came + (await shifted()) - seen).toBeLessThan(0.05);
});
