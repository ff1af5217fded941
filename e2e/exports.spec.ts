// The whole organization as a file: taken along by its company admin, and refused where it is already.

import { readFile } from "node:fs/promises";

import { confirm, title, toast } from "./support/screens.ts";
import { portico } from "./support/server.ts";
import { expectGoodSight } from "./support/sight.ts";
import { expect, test } from "./support/test.ts";

test("a company admin takes the organization along, after the password", async ({ organization, enter }) => {
  const page = await enter(organization, organization.admin, "/manage-account");
  await expect(title(page, /./)).toBeVisible();
  await expect(page.getByText("Passwords, API tokens and sessions are not in it", { exact: false })).toBeVisible();
  await expectGoodSight(page, "the account with its export");
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await confirm(page);
  await expect(toast(page, "The export has begun")).toBeVisible();
  const download = await coming;
  expect(new URL(download.url()).pathname).toBe("/api/v1/organization/export");
  expect(download.suggestedFilename()).toBe(`${organization.slug}-export.tar.zst`);
  const file = await download.path();
  // What zstd begins with.
  expect((await readFile(file)).subarray(0, 4)).toEqual(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]));
  // It is whole, as far as an installation reads it that has the organization already.
  await expect(portico(["org", "import", file])).rejects.toThrow(/is in the target already: nothing was changed/);
});
