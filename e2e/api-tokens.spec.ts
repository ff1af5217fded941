// A token from the browser to the command line: made, used for what it may, refused for what it may not, revoked.

import { execFile } from "node:child_process";
import { promisify } from "node:util";


import { password } from "./support/organization.ts";
import { confirm, dialog, expectProblem, row, title, toast } from "./support/screens.ts";
import { expectNoViolation } from "./support/sight.ts";
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
  await expectNoViolation(page, "the form of a token");
  await page.getByRole("button", { name: "Create token" }).click();
  // A sign-in counts as a confirmation only where the password was asked for again.
  const secretText = page.getByLabel("Token", { exact: true });
  await expect(dialog(page, "Confirm that it is you").or(secretText).first()).toBeVisible();
  if (await dialog(page, "Confirm that it is you").isVisible()) await confirm(page);
  await expect(secretText).toBeVisible();
  const secret = (await secretText.textContent()) ?? "";
  expect(secret).toMatch(/^prt_[a-z0-9]{8}_[0-9A-Za-z]{49}$/);
  await expect(page.getByLabel("Try it")).toContainText(`Authorization: Bearer ${secret}`);
  await expectNoViolation(page, "a token that is shown once");

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
  await expectNoViolation(page, "one's own tokens");
  await page.goto(`${organization.origin}/integrations`);
  await expect(row(page, "Monthly report")).toContainText(organization.admin.name);
  await page.getByRole("button", { name: "Revoke Monthly report" }).click();
  await dialog(page, 'Revoke "Monthly report"?').getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(toast(page, '"Monthly report" is revoked')).toBeVisible();
  const [over, gone] = await curl(organization.origin, secret, "/users");
  expect([over, JSON.parse(gone).code]).toEqual([401, "token_revoked"]);
});

test("what a token may do is changed, with the password where it may more, and meets a change made elsewhere", async ({
  organization,
  enter,
}) => {
  interface Token {
    id: string;
    version: number;
    name: string;
    address_ranges: string[];
    scopes: Record<string, Record<string, boolean>>;
  }
  const elsewhere = await (await organization.api(organization.admin)).confirm(password);
  const { token, secret } = await elsewhere.post<{ token: Token; secret: string }>("/profile/api-tokens", {
    name: "Monthly report",
    expires_on: new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10),
    scopes: { users: { view: true }, role_definition: { view: true } },
  });
  const path = `/profile/api-tokens/${token.id}`;
  const page = await enter(organization, organization.admin, "/profile/api-tokens");
  await page.getByRole("button", { name: "Change Monthly report" }).click();
  await expect(title(page, "Change Monthly report")).toBeVisible();
  await expectNoViolation(page, "the form of a token that there is");

  // Less, and another name: nobody is asked for anything.
  await page.getByLabel("Name", { exact: true }).fill("Yearly report");
  await page.getByRole("checkbox", { name: "Role Definition: View", exact: true }).click();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(toast(page, '"Yearly report" is changed')).toBeVisible();
  await expect(title(page, "API tokens")).toBeVisible();
  expect((await curl(organization.origin, secret, "/roles"))[0]).toBe(403);
  expect((await curl(organization.origin, secret, "/users"))[0]).toBe(200);

  // More asks for the password; what was changed elsewhere meanwhile is kept beside it.
  await page.getByRole("button", { name: "Change Yearly report" }).click();
  await page.getByRole("checkbox", { name: "Role Definition: View", exact: true }).click();
  await elsewhere.patch<Token>(path, { address_ranges: ["127.0.0.0/8", "::1"] });
  await page.getByRole("button", { name: "Save changes" }).click();
  await confirm(page);
  await expect(title(page, "API tokens")).toBeVisible();
  const both = await elsewhere.get<Token>(path);
  expect(both.address_ranges).toEqual(["127.0.0.0/8", "::1/128"]);
  expect(Object.keys(both.scopes).sort()).toEqual(["role_definition", "users"]);
  expect((await curl(organization.origin, secret, "/roles"))[0]).toBe(200);

  // Where both changed the same, the person decides.
  await page.getByRole("button", { name: "Change Yearly report" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Daily report");
  await elsewhere.patch<Token>(path, { name: "Weekly report" });
  await page.getByRole("button", { name: "Save changes" }).click();
  const merge = dialog(page, "Changed by someone else meanwhile");
  await merge.getByRole("radio", { name: /Mine\s*Daily report/ }).check();
  await merge.getByRole("button", { name: "Save the choice" }).click();
  await expect(page.getByRole("button", { name: "Change Daily report" })).toBeVisible();

  // What is wrong is said where it is; what is given up changes nothing.
  await page.getByRole("button", { name: "Change Daily report" }).click();
  const addresses = page.getByLabel("Only from these addresses");
  await addresses.fill("the office");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expectProblem(addresses, /This does not have the right form/);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(title(page, "API tokens")).toBeVisible();
  expect((await elsewhere.get<Token>(path)).address_ranges).toEqual(["127.0.0.0/8", "::1/128"]);

  // One that is over is not changed any more.
  await page.getByRole("button", { name: "Revoke Daily report" }).click();
  await dialog(page, 'Revoke "Daily report"?').getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(toast(page, '"Daily report" is revoked')).toBeVisible();
  await expect(page.getByRole("button", { name: "Change Daily report" })).toHaveCount(0);
  await page.goto(`${organization.origin}${path}`);
  await expect(page.getByText("This token works no more")).toBeVisible();
  await expect(page.getByRole("button", { name: "Save changes" })).toHaveCount(0);
});
