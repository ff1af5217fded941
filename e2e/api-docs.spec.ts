// The documentation of the API: open to everybody, in every light and width, and reached from where tokens are made.

import { expectGoodSight, expectToFit, narrow, wide } from "./support/sight.ts";
import { expect, test } from "./support/test.ts";

test("whoever wants to connect a program reads what the API takes and gives", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).origin));
  await page.goto("/api/docs");
  await expect(page.getByRole("heading", { level: 1, name: "Portico API" })).toBeVisible();
  await page.getByRole("link", { name: "update_project", exact: true }).click();
  const operation = page.getByRole("article", { name: "Changes a project's main data." });
  await expect(operation).toBeInViewport();
  await operation.getByText("Request and answers").click();
  await expect(operation.getByRole("rowheader", { name: "If-Match" })).toBeVisible();
  await expect(operation.getByRole("table", { name: "Problems" })).toContainText("stale_version");
  await operation.getByRole("link", { name: "ProjectPatch" }).click();
  await expect(page.getByRole("article", { name: "ProjectPatch" })).toBeInViewport();
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
  for (const size of [narrow, wide]) {
    await page.setViewportSize(size);
    await expectToFit(page, `the documentation of the API at ${size.width} pixels`);
  }
  // All are written by the same lines: axe reads the first ones of each branch, with everything in them.
  await page.evaluate(() => document.querySelectorAll("article:nth-of-type(n + 4)").forEach((one) => one.remove()));
  await expectGoodSight(page, "the documentation of the API");
  expect([...new Set(asked)], "nothing is loaded from elsewhere").toEqual([new URL(page.url()).origin]);
});

test("the way there is where tokens are made", async ({ organization, enter }) => {
  const page = await enter(organization, organization.admin, "/profile/api-tokens");
  await page.getByRole("link", { name: "Documentation of the API" }).click();
  await expect(page).toHaveURL(`${organization.origin}/api/docs`);
  await expect(page.getByRole("heading", { level: 1, name: "Portico API" })).toBeVisible();
});
