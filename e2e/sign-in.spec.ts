// Signing in and out: what everybody does first.

import { Organization, password } from "./support/organization.ts";
import { personMenu, signIn, title } from "./support/screens.ts";
import { sharedOrigin } from "./support/server.ts";
import { expect, test } from "./support/test.ts";

test("a wrong password is said to be wrong, the right one opens the door, and signing out closes it", async ({
  page,
  organization,
}) => {
  await page.goto(organization.origin);
  await expect(page.getByText(organization.name, { exact: true })).toBeVisible();
  await signIn(page, organization.admin, "no door has this key");
  await expect(page.getByRole("alert")).toContainText("E-mail or password is wrong");
  await expect(page.getByLabel("E-mail")).toHaveValue(organization.admin.email);

  await signIn(page, organization.admin);
  await expect(personMenu(page)).toContainText(organization.admin.name);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();

  await page.reload();
  await expect(personMenu(page)).toContainText(organization.admin.name);

  await personMenu(page).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
});

test("whoever followed a link is there after signing in", async ({ page, organization }) => {
  await page.goto(`${organization.origin}/users?q=ada`);
  await signIn(page, organization.admin);
  await expect(title(page, "Users")).toBeVisible();
  await expect(page).toHaveURL(`${organization.origin}/users?q=ada`);
  await expect(page.getByRole("searchbox")).toHaveValue("ada");
});

test("empty fields are marked before anything is sent", async ({ page, organization }) => {
  await page.goto(organization.origin);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByLabel("E-mail")).toHaveAccessibleDescription(/needed/);
  await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/needed/);
  await expect(page.getByRole("alert")).toBeFocused();
});

test("the keyboard alone signs in, goes through the page and signs out", async ({ page, organization }) => {
  await page.goto(organization.origin);
  await expect(page.getByLabel("E-mail")).toBeFocused();
  await page.keyboard.type(organization.admin.email);
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await expect(personMenu(page)).toBeVisible();

  await page.reload();
  await expect(personMenu(page)).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();

  await personMenu(page).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem").first()).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(personMenu(page)).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("End");
  await expect(page.getByRole("menuitem", { name: "Sign out" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("E-mail")).toBeFocused();
});

test("the shared host finds the organization by itself", async ({ page, organization }) => {
  await page.goto(sharedOrigin);
  await signIn(page, organization.admin);
  await expect(page).toHaveURL(`${sharedOrigin}/o/${organization.slug}/`);
  await expect(personMenu(page)).toContainText(organization.admin.name);
  await page.getByRole("link", { name: "Users" }).click();
  await expect(page).toHaveURL(`${sharedOrigin}/o/${organization.slug}/users`);
  await page.reload();
  await expect(title(page, "Users")).toBeVisible();
});

test("a password that fits two organizations asks which one is meant", async ({ page, organization }) => {
  const other = await Organization.create({ name: "Second Harbour" });
  const email = `somebody@${organization.slug}.example`;
  const account = { ...(await organization.person("Rosa Lind", ["Team Member"], { email })), email };
  await other.person("Rosa Lind", ["Team Member"], { email });

  await page.goto(sharedOrigin);
  await signIn(page, account);
  await expect(page.getByRole("heading", { name: "Choose the organization" })).toBeVisible();
  await expect(page.getByRole("list").getByRole("button")).toHaveCount(2);
  await page.getByRole("button", { name: "Second Harbour" }).click();
  await expect(page).toHaveURL(`${sharedOrigin}/o/${other.slug}/`);
  await expect(page.getByRole("button", { name: "Second Harbour, organization" })).toBeVisible();

  // The other one has a session of its own beside it.
  await page.goto(`${sharedOrigin}/o/${organization.slug}/my-projects`);
  await signIn(page, account);
  await expect(title(page, "My Projects")).toBeVisible();
  await page.goto(`${sharedOrigin}/o/${other.slug}/my-projects`);
  await expect(title(page, "My Projects")).toBeVisible();
});

test("guessing has to wait longer and longer, and says so", async ({ page, organization }) => {
  await page.goto(organization.origin);
  const victim = await organization.person("Otto Vance", ["Team Member"]);
  const wait = page.getByText("Too many attempts");
  await expect(async () => {
    await signIn(page, victim, "surely not this one");
    await expect(page.getByRole("alert").or(wait)).toBeVisible();
    // The first waits are of a second or two: a slow machine sees the longer ones.
    await expect(page.getByText(/You can try again in \d+ seconds?/)).toBeVisible({ timeout: 100 });
  }).toPass();
  await expect(page.getByText("You can try again now.")).toBeVisible();
  await signIn(page, victim);
  await expect(personMenu(page)).toContainText(victim.name);
});
