// The audit log leaves as a file that proves itself.

import { readFile } from "node:fs/promises";

import { confirm } from "./support/screens.ts";
import { expect, test } from "./support/test.ts";

test("the audit log is downloaded by a link, once the password was shown", async ({ organization, enter }) => {
  const page = await enter(organization, organization.admin, "/audit-log");
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  await confirm(page);
  const download = await coming;
  // The browser fetches it, so that it need not fit into the memory of the page.
  expect(new URL(download.url()).pathname).toBe("/api/v1/audit-log/export");
  expect(download.suggestedFilename()).toBe(`audit-log-${organization.slug}.jsonl`);
  const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\n");
  expect(JSON.parse(lines.at(0) ?? "")).toMatchObject({ audit_log: { slug: organization.slug } });
  expect(JSON.parse(lines.at(-1) ?? "")).toHaveProperty("end");
});
