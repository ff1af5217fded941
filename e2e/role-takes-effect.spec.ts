// What a changed role does to those who hold it: at once, in the API and on the screen, with the reason.

import type { Problem } from "./support/api.ts";
import { comeBack, choose, dialog, personMenu, signIn, title, toast } from "./support/screens.ts";
import { expect, test } from "./support/test.ts";

test("a company admin takes the making of projects away, and it is gone within a second", async ({
  page,
  organization,
  enter,
}) => {
  const nils = await organization.person("Nils Berger", ["Project Manager"]);
  const vera = await organization.person("Vera Lund", ["Project Manager"]);
  const api = await organization.api(nils);
  expect((await api.ask("POST", "/projects", { name: "Boathouse" })).status).toBe(201);
  const [nilsPage, veraPage] = await Promise.all([
    enter(organization, nils, "/projects"),
    enter(organization, vera, "/projects"),
  ]);
  // One has a project half typed when it happens, the other one looks elsewhere. An empty list offers it once more.
  await nilsPage.getByRole("button", { name: "New project" }).first().click();
  const form = dialog(nilsPage, "New project");
  await form.getByLabel("Name").fill("Slipway");
  await expect(veraPage.getByRole("button", { name: "New project" }).first()).toBeVisible();

  await page.goto(`${organization.origin}/roles`);
  await signIn(page, organization.admin);
  await page.getByRole("navigation", { name: "Roles" }).getByRole("link", { name: /^Project Manager/ }).click();
  await page.getByRole("button", { name: "Copy" }).click();
  const copying = dialog(page, "Copy Project Manager");
  await copying.getByLabel("Name").fill("Site Manager");
  await copying.getByRole("button", { name: "Copy" }).click();
  await expect(page.getByRole("heading", { level: 2, name: "Site Manager" })).toBeVisible();

  const insert = page.getByRole("checkbox", { name: "Projects: Insert", exact: true });
  await expect(insert).toBeChecked();
  await insert.click();
  await expect(insert).not.toBeChecked();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(toast(page, "Saved")).toBeVisible();
  await expect(page.getByRole("button", { name: "Save changes" })).toBeHidden();

  for (const person of [nils, vera]) {
    await page.goto(`${organization.origin}/users/${person.id}`);
    await page.getByRole("button", { name: "Remove Project Manager" }).click();
    await choose(page, "Roles", "Site Manager");
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect(toast(page, `${person.name} was saved`)).toBeVisible();
  }

  let refused: Problem | undefined;
  await expect(async () => {
    const answer = await api.ask<Problem>("POST", "/projects", { name: "Slipway" });
    expect(answer.status).toBe(403);
    refused = answer.body;
  }).toPass({ timeout: 1000 });
  expect(refused).toMatchObject({
    code: "forbidden",
    denial: { menu: "projects", operation: "insert", reason: "not_granted", roles: ["Site Manager"] },
  });
  expect(refused?.detail).toMatch(/Site Manager/);

  await form.getByRole("button", { name: "Create project" }).click();
  await expect(form.getByRole("alert")).toContainText("You may not do this");
  await expect(form.getByRole("alert")).toContainText("Site Manager");
  await expect(form.getByLabel("Name")).toHaveValue("Slipway");
  await form.getByRole("button", { name: "Cancel" }).click();
  await expect(nilsPage.getByRole("button", { name: "New project" })).toHaveCount(0);
  await expect(nilsPage.getByRole("link", { name: "Boathouse" })).toBeVisible();

  await comeBack(veraPage);
  await expect(veraPage.getByRole("button", { name: "New project" })).toHaveCount(0);
});

test("taking the whole screen away takes its entry out of the navigation, and the address says why", async ({
  organization,
  enter,
}) => {
  const nils = await organization.person("Nils Berger", ["Full Access"]);
  const page = await enter(organization, nils, "/users");
  await expect(title(page, "Users")).toBeVisible();

  const [role] = await organization.roles(["Full Access"]);
  const api = await organization.api();
  const { users: _, ...grants } = role!.grants;
  await api.patch(`/roles/${role!.id}`, { grants });

  await comeBack(page);
  const navigation = page.getByRole("navigation", { name: "Main navigation" });
  await expect(navigation.getByRole("link", { name: "Projects", exact: true })).toBeVisible();
  await expect(navigation.getByRole("link", { name: "Users" })).toHaveCount(0);
  await page.goto(`${organization.origin}/users`);
  await expect(personMenu(page)).toBeVisible();
  await expect(page.getByRole("alert")).toContainText("You may not do this");
  await expect(page.getByRole("alert")).toContainText("Full Access");
});

test("the grid follows the keyboard, says what changes, and asks before it is left", async ({ organization, enter }) => {
  const [role] = await organization.roles(["Project Manager"]);
  const page = await enter(organization, organization.admin, `/roles/${role!.id}`);
  const deletes = page.getByRole("checkbox", { name: "Projects: Delete", exact: true });
  await expect(deletes).toBeChecked();
  await deletes.focus();
  await page.keyboard.press("Space");
  await expect(deletes).not.toBeChecked();
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByRole("checkbox", { name: "Projects: Update", exact: true })).toBeFocused();
  await expect(page.getByText("1 change", { exact: true }).first()).toBeAttached();

  // Beyond the licence there is nothing to check, and the reason stands there.
  const beyond = page.getByRole("checkbox", { name: "Users: View", exact: true });
  await expect(beyond).toBeDisabled();
  await beyond.hover();
  const reason = page.getByText("The licence Project Manager does not include this.");
  await expect(reason).toBeVisible();
  // What scrolls takes the reason away; where the page rests under the pointer, it comes back.
  await page.evaluate(() => document.dispatchEvent(new Event("scroll")));
  await expect(reason).toBeHidden();
  await expect(reason).toBeVisible();

  await page.getByRole("link", { name: "General Data" }).click();
  const leaving = dialog(page, "Leave without saving?");
  await leaving.getByRole("button", { name: "Cancel" }).click();
  await expect(deletes).not.toBeChecked();
  await page.getByRole("button", { name: "Discard" }).click();
  await expect(deletes).toBeChecked();
  await page.getByRole("link", { name: "General Data" }).click();
  await expect(title(page, "General Data")).toBeVisible();
});

test("two admins change one role: the second sees both and chooses", async ({ organization, enter }) => {
  const [role] = await organization.roles(["Team Member"]);
  const page = await enter(organization, organization.admin, `/roles/${role!.id}`);
  const description = page.getByLabel("Description");
  await description.fill("Builds things");
  const api = await organization.api();
  await api.patch(`/roles/${role!.id}`, { description: "Makes things" });

  await page.getByRole("button", { name: "Save changes" }).click();
  const merge = dialog(page, "Changed by someone else meanwhile");
  await expect(merge.getByRole("radio", { name: /Theirs\s*Makes things/ })).toBeVisible();
  await merge.getByRole("radio", { name: /Mine\s*Builds things/ }).check();
  await merge.getByRole("button", { name: "Save the choice" }).click();
  await expect(toast(page, "Saved")).toBeVisible();
  await page.reload();
  await expect(description).toHaveValue("Builds things");
});

test("a role that somebody holds cannot be deleted, a free one can", async ({ organization, enter }) => {
  await organization.person("Nils Berger", ["Project Guest"]);
  const api = await organization.api();
  const [held] = await organization.roles(["Project Guest"]);
  const free = await api.post<{ id: string }>(`/roles/${held!.id}/copy`, { name: "Auditor" });

  const page = await enter(organization, organization.admin, `/roles/${held!.id}`);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete role" }).click();
  await expect(dialog(page, "Project Guest cannot be deleted now")).toContainText("1 person holds this role");
  await page.keyboard.press("Escape");

  await page.goto(`${organization.origin}/roles/${free.id}`);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete role" }).click();
  await dialog(page, "Delete the role Auditor?").getByRole("button", { name: "Delete role" }).click();
  await expect(toast(page, "Auditor was deleted")).toBeVisible();
  await expect(page.getByRole("link", { name: /^Auditor/ })).toHaveCount(0);
});
