// A token from the browser to the command line: made, used for what it may, refused for what it may not, revoked.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { AxeBuilder } from "@axe-core/playwright";

import { confirm, dialog, row, title, toast } from "./support/screens.ts";
import { expect, test } from "./support/test.ts";

/** Asks by curl, as whoever integrates something would, and gives status and body. */
async function curl(origin: string, secret: string, path: string, more: string[] = []): Promise<[number, string]> {
  const { hostname, port } = new URL(origin);
  // Names below `localhost` are not known to every system's resolver.
  const words = ["--silent", "--show-error", "--noproxy", "*", "--resolve", `${hostname}:${port || "80"}:127.0.0.1`];
  words.push("--write-out", "\n%{http_code}", "-H", `Authorization: Bearer ${secret}`, ...more, `${origin}/api/v1${path}`);
  const { stdout } = await promisify(execFile)("curl", words);
  const end = stdout.lastIndexOf("\n");
  return [Number(stdout.slice(end + 1)), stdout.slice(0, end)];
}

test("a token made in the browser works in curl for what it may, until it is revoked", async ({
  organization,
  enter,
}) => {
  const page = await enter(organization, organization.admin, "/profile");
  await page.getByRole("link", { name: "Manage API tokens" }).click();
  await expect(title(page, "API tokens")).toBeVisible();
  await expect(page.getByText("No API tokens yet")).toBeVisible();
  await page.getByRole("link", { name: "Create token" }).click();
  await page.getByLabel("Name").fill("Monthly report");
  await page.getByRole("checkbox", { name: "Users: View", exact: true }).click();
  // What no token reaches cannot be chosen, and says why.
  await expect(page.getByRole("checkbox", { name: "Integrations: View", exact: true })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.getByRole("button", { name: "Create token" }).click();
  // A sign-in counts as a confirmation only where the password was asked for again.
  const secretText = page.getByLabel("Token", { exact: true });
  await expect(dialog(page, "Confirm that it is you").or(secretText).first()).toBeVisible();
  if (await dialog(page, "Confirm that it is you").isVisible()) await confirm(page);
  await expect(secretText).toBeVisible();
  const secret = (await secretText.textContent()) ?? "";
  expect(secret).toMatch(/^prt_[a-z0-9]{8}_[0-9A-Za-z]{49}$/);
  await expect(page.getByLabel("Try it")).toContainText(`Authorization: Bearer ${secret}`);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);

  const [status, body] = await curl(organization.origin, secret, "/token");
  expect(status).toBe(200);
  expect(JSON.parse(body)).toMatchObject({ token: { name: "Monthly report" }, scopes: { users: { view: true } } });
  expect((await curl(organization.origin, secret, "/users"))[0]).toBe(200);
  const [denied, why] = await curl(organization.origin, secret, "/projects");
  expect(denied).toBe(403);
  expect(JSON.parse(why)).toMatchObject({ denial: { menu: "projects", reason: "token_scope" } });
  // It cannot make another one.
  const [closed, never] = await curl(organization.origin, secret, "/profile/api-tokens", ["--json", "{}"]);
  expect([closed, JSON.parse(never).code]).toEqual([403, "session_required"]);

  await page.getByRole("link", { name: "I have copied it" }).click();
  await expect(page.getByText("Monthly report")).toBeVisible();
  await expect(page.getByText(/Last used/)).toBeVisible();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.goto(`${organization.origin}/integrations`);
  await expect(row(page, "Monthly report")).toContainText(organization.admin.name);
  await page.getByRole("button", { name: "Revoke Monthly report" }).click();
  await dialog(page, 'Revoke "Monthly report"?').getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(toast(page, '"Monthly report" is revoked')).toBeVisible();
  const [over, gone] = await curl(organization.origin, secret, "/users");
  expect([over, JSON.parse(gone).code]).toEqual([401, "token_revoked"]);
});
