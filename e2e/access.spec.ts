// Who may do what, and why: a change of a role is looked at before it is saved, saved, and explained.

import type { Role } from "./support/api.ts";
import { Organization } from "./support/organization.ts";
import { choose, comeBack, dialog, title, toast } from "./support/screens.ts";
import { expect, test } from "./support/test.ts";

test("a role change is simulated, saved and explained", async ({ organization, enter }) => {
  const api = await organization.api();
  const lead = await organization.person("Iris Quint", ["Project Manager"]);
  await organization.person("Noor Haddad", ["Team Member"]);
  const [role] = (await organization.roles(["Project Manager"])) as [Role];
  await api.project("Harbour Bridge");

  // Before: she may create projects.
  const leads = await enter(organization, lead, "/projects");
  await expect(leads.getByRole("button", { name: "New project" }).first()).toBeVisible();

  const admins = await enter(organization, organization.admin, `/roles/${role.id}`);
  await admins.getByRole("checkbox", { name: "Projects: Insert", exact: true }).click();
  await admins.getByRole("button", { name: /loses/ }).click();
  const looked = dialog(admins, /1 change/);
  await expect(looked.getByRole("heading", { name: "Who gains and who loses what" })).toBeVisible();
  await expect(looked.getByText("1 loses")).toBeVisible();
  await expect(looked.getByRole("list", { name: "People" })).toContainText("Iris Quint");
  await expect(looked.getByRole("list", { name: "People" })).toContainText("Projects: Insert");
  await expect(looked.getByRole("list", { name: "People" })).not.toContainText("Noor Haddad");
  // Nothing is saved by looking.
  expect((await api.get<Role>(`/roles/${role.id}`)).version).toBe(role.version);
  await looked.getByRole("button", { name: "Close" }).click();
  await admins.getByRole("button", { name: "Save changes" }).click();
  await expect(toast(admins, "Saved")).toBeVisible();

  // After: what was simulated holds, and the chain says why.
  await comeBack(leads);
  await expect(leads.getByRole("button", { name: "New project" })).toHaveCount(0);
  await admins.goto(`${organization.origin}/users/explain?user=${lead.id}&menu=projects&operation=insert`);
  await expect(title(admins, "Explain access")).toBeVisible();
  await expect(admins.getByText("Iris Quint may not: Insert on Projects")).toBeVisible();
  const chain = admins.getByRole("list", { name: "The chain" });
  await expect(chain).toContainText("The role does not grant Insert here");
  await expect(chain).toContainText("Project Manager unlocks Insert here");
  // Another question, by the fields.
  await admins.getByLabel("Operation").selectOption("View");
  await expect(admins.getByText("Iris Quint may: View on Projects")).toBeVisible();
  await expect(admins).toHaveURL(/operation=view/);
});

test("one's own refusal says why, link by link", async ({ organization, enter }) => {
  const lead = await organization.person("Iris Quint", ["Project Manager"]);
  const page = await enter(organization, lead, "/users");
  await expect(page.getByRole("alert")).toContainText("None of your roles (Project Manager) grants View on Users.");
  await page.getByRole("button", { name: "Why?" }).click();
  const why = dialog(page, "View on Users");
  await expect(why.getByText("You may not: View on")).toBeVisible();
  await expect(why.getByRole("list", { name: "The chain" })).toContainText("Project Manager does not unlock View here");
  await page.keyboard.press("Escape");
  await expect(why).toBeHidden();
});

test("other roles of a person are simulated in their form", async ({ organization, enter }) => {
  const person = await organization.person("Noor Haddad", ["Team Member"]);
  const page = await enter(organization, organization.admin, `/users/${person.id}`);
  await choose(page, "Roles", "Corporate Portfolio Access");
  const effect = page.getByRole("group", { name: "Who gains and who loses what" });
  await expect(effect.getByText("1 gains")).toBeVisible();
  await expect(effect).toContainText("Noor Haddad");
  await expect(effect).toContainText("Corporate Portfolio Access: 1 used instead of 0");
});

test("that no seat is free is said before saving, and once", async ({ enter }) => {
  const organization = await Organization.create({ licences: ["full_access=1", "team_member=unlimited"] });
  await organization.person("Iris Quint", ["Full Access"]);
  const person = await organization.person("Noor Haddad", ["Team Member"]);
  const page = await enter(organization, organization.admin, `/users/${person.id}`);
  await choose(page, "Roles", "Full Access");
  const effect = page.getByRole("group", { name: "Who gains and who loses what" });
  const reason = page.getByText("Full Access: 1 of 1 seats are used. Free one or get more of them.");
  await expect(effect.getByText("Full Access: 1 of 1 seats are used.")).toBeVisible();
  await expect(reason).toHaveCount(1);
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("alert")).toContainText("Full Access: 1 of 1 seats are used.");
  await expect(effect).toBeVisible();
  await expect(reason).toHaveCount(1);
});

test("a company admin looks at what another licence would come to", async ({ organization, enter }) => {
  await organization.person("Iris Quint", ["Project Manager"]);
  const page = await enter(organization, organization.admin, "/manage-account");
  const card = page.locator("section").filter({ has: page.getByRole("heading", { name: "Project Manager" }) });
  await card.getByRole("button", { name: "What if?" }).click();
  const question = dialog(page, "What if Project Manager changed?");
  await question.getByLabel("Seats").fill("0");
  await expect(question.getByText("Project Manager: 0 held instead of unlimited")).toBeVisible();
  await expect(question.getByText("1 are used: nobody can be added until some are free.")).toBeVisible();
  // The licence began today, so that is the first day on which it can end.
  await question.getByLabel("Last day").fill(new Date().toISOString().slice(0, 10));
  await expect(question.getByText("1 loses")).toBeVisible();
  await expect(question.getByRole("list", { name: "People" })).toContainText("Iris Quint");
});
