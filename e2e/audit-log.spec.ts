// The audit log: what was changed in people's own words, what was refused, and what proves that nothing is missing.

import { readFile } from "node:fs/promises";

import type { Role } from "./support/api.ts";
import { confirm, dialog, row, title, toast } from "./support/screens.ts";
import { expect, test } from "./support/test.ts";

test("a change is found, read in one's own language, and everything about it besides", async ({ organization, enter }) => {
  const api = await organization.api();
  const [role] = (await organization.roles(["Project Guest"])) as [Role];
  const grants = { home: { view: true }, my_projects: { view: true, insert: true } };
  await api.post("/roles", { name: "Clerk of works", licence_type: "team_member", grants });
  await api.patch<Role>(`/roles/${role.id}`, { description: "For those who look in" });
  const page = await enter(organization, organization.admin, "/audit-log");
  await page.getByRole("combobox", { name: "Kind" }).selectOption("Role");
  await expect(page).toHaveURL(/entity=role/);
  await row(page, "Clerk of works").getByRole("link").click();
  const entry = page.getByRole("complementary", { name: "Clerk of works" });
  await expect(entry).toContainText("Row");
  await expect(entry).toContainText("Home: View; My Projects: Insert, View");
  await expect(entry).toContainText("Team Member");
  await expect(entry).toContainText("Default for new users");
  await page.goBack();
  await row(page, "Project Guest").first().getByRole("link").click();
  await expect(page.getByRole("complementary")).toContainText("For those who look in");
  await page.getByRole("button", { name: "Everything about this" }).click();
  await expect(page).toHaveURL(/about=/);
  await expect(page.getByRole("rowheader", { name: "Project Guest" })).toHaveCount(2);
  await expect(page.getByRole("rowheader", { name: "Clerk of works" })).toHaveCount(0);

  const { version } = await api.get<{ version: number }>("/session");
  await api.must("PATCH", "/profile", { language: "es" }, version);
  await page.goto(`${organization.origin}/audit-log?entity=role`);
  await expect(title(page, "Registro de auditoría")).toBeVisible();
  await row(page, "Clerk of works").getByRole("link").click();
  await expect(page.getByRole("complementary")).toContainText("Inicio: Ver; Mis proyectos: Insertar, Ver");
  await page.goto(`${organization.origin}/audit-log?entity=session`);
  // The session that a program began.
  await expect(row(page, "Dispositivo desconocido").first()).toBeVisible();
});

test("the head of the chain is copied, and who was refused is named", async ({ organization, enter }) => {
  const member = await organization.person("Noor Haddad", ["Team Member"]);
  const theirs = await enter(organization, member, "/users");
  await expect(theirs.getByRole("alert")).toContainText("grants View on Users");

  const page = await enter(organization, organization.admin, "/audit-log");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: /rows? sealed$/ }).click();
  await dialog(page, /sealed$/).getByRole("button", { name: "Copy" }).click();
  await expect(toast(page, "Copied")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^\d+:[A-Za-z0-9+/=_-]{43,44}$/);
  await page.keyboard.press("Escape");

  // What was refused is gathered and written every few seconds.
  const api = await organization.api();
  const written = async () => (await api.get<{ items: unknown[] }>("/denied-access")).items.length;
  await expect.poll(written).toBeGreaterThan(0);
  await page.getByRole("link", { name: "Denied access" }).click();
  await expect(row(page, "Noor Haddad").filter({ hasText: "list_users" })).toContainText("You may not do this");
});

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
