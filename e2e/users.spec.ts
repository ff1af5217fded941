// People: added, changed, deactivated and let in again, within the seats that the organization holds.

import type { User } from "./support/api.ts";
import { Organization, password } from "./support/organization.ts";
import { choose, confirm, dialog, expectProblem, personMenu, row, signIn, title, toast } from "./support/screens.ts";
import { expect, test } from "./support/test.ts";

const panel = { name: "Add person" };

test("a person is added with a role and a first password, and signs in with it", async ({ page, organization, enter }) => {
  const admins = await enter(organization, organization.admin, "/users");
  await admins.getByRole("button", { name: "Add person" }).click();
  const form = admins.getByRole("complementary", panel);
  await form.getByRole("button", { name: "Add person" }).click();
  await expectProblem(form.getByLabel("First name"), /needed/);
  await expectProblem(form.getByLabel("E-mail"), /needed/);

  const email = `nadia.osei@${organization.slug}.example`;
  await form.getByLabel("First name").fill("Nadia");
  await form.getByLabel("Last name").fill("Osei");
  await form.getByLabel("E-mail").fill(organization.admin.email);
  await form.getByLabel("First password").fill("short");
  await form.getByRole("button", { name: "Add person" }).click();
  await expectProblem(form.getByLabel("First password"), /At least 15 characters/);
  await form.getByLabel("First password").fill(password);
  await form.getByRole("button", { name: "Add person" }).click();
  await confirm(admins);
  await expectProblem(form.getByLabel("E-mail"), /Another one has this already/);
  await form.getByLabel("E-mail").fill(email);
  await expect(form.getByRole("button", { name: "Remove Team Member" })).toBeVisible();
  await choose(form, "Roles", "Project Manager");
  await form.getByRole("button", { name: "Add person" }).click();

  await expect(toast(admins, "Nadia Osei was added")).toBeVisible();
  await expect(admins.getByRole("complementary", { name: "Nadia Osei" })).toBeVisible();
  await expect(row(admins, email)).toContainText("Project Manager");

  await page.goto(organization.origin);
  await signIn(page, { email, name: "Nadia Osei" });
  await expect(personMenu(page)).toContainText("Nadia Osei");
});

test("without a free seat nobody is added, and the figures say why", async ({ enter }) => {
  const small = await Organization.create({ licences: ["project_manager=1", "team_member=unlimited"] });
  await small.person("Iris Quint", ["Project Manager"]);
  const page = await enter(small, small.admin, "/users");
  await page.getByRole("button", { name: "Add person" }).click();
  const form = page.getByRole("complementary", panel);
  await form.getByLabel("First name").fill("Sofia");
  await form.getByLabel("Last name").fill("Brandt");
  await form.getByLabel("E-mail").fill(`sofia.brandt@${small.slug}.example`);
  await choose(form, "Roles", "Project Manager");
  await form.getByRole("button", { name: "Add person" }).click();
  await expect(form.getByRole("alert")).toContainText("No seat of this licence is free");
  await expect(form.getByRole("alert")).toContainText("1 of 1 seats are used");

  // Nothing typed is lost, and with a licence that has room it goes through.
  await form.getByRole("button", { name: "Remove Project Manager" }).click();
  await expect(form.getByRole("button", { name: "Remove Team Member" })).toBeVisible();
  await form.getByRole("button", { name: "Add person" }).click();
  await expect(toast(page, "Sofia Brandt was added")).toBeVisible();

  await page.goto(`${small.origin}/manage-account`);
  await expect(page.getByText("1 of 1 seats").first()).toBeVisible();
  await expect(page.getByText("No seat free: Project Manager")).toBeVisible();
});

test("whoever is deactivated is put out at once, and comes back when reactivated", async ({
  page,
  organization,
  enter,
}) => {
  const lena = await organization.person("Lena Farrow", ["Team Member"]);
  const hers = await enter(organization, lena, "/my-projects");
  await expect(title(hers, "My Projects")).toBeVisible();

  const admins = await enter(organization, organization.admin, "/users?q=farrow");
  await admins.getByRole("link", { name: lena.name }).click();
  const side = admins.getByRole("complementary", { name: lena.name });
  await side.getByRole("button", { name: "Deactivate" }).click();
  const asking = dialog(admins, "Deactivate Lena Farrow?");
  await expect(asking).toContainText("their Team Member seat is freed");
  await asking.getByRole("button", { name: "Deactivate" }).click();
  await expect(toast(admins, "Lena Farrow was deactivated")).toBeVisible();
  await expect(row(admins, lena.email)).toContainText("Deactivated");

  // At once, though nobody looks at the window.
  await expect(hers.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  await signIn(hers, lena);
  await expect(hers.getByRole("alert")).toContainText("E-mail or password is wrong");

  await side.getByRole("button", { name: "Reactivate" }).click();
  await dialog(admins, "Reactivate Lena Farrow?").getByRole("button", { name: "Reactivate" }).click();
  await expect(toast(admins, "Lena Farrow is active again")).toBeVisible();
  await page.goto(organization.origin);
  await signIn(page, lena);
  await expect(personMenu(page)).toContainText(lena.name);
});

test("no-login ends the sessions and frees the seat", async ({ organization, enter }) => {
  const crew = await organization.person("Crane Crew", ["Team Member"]);
  const theirs = await enter(organization, crew, "/profile");
  await expect(title(theirs, "My profile")).toBeVisible();
  const page = await enter(organization, organization.admin, `/users/${crew.id}`);
  await page.getByRole("switch", { name: "No login" }).check();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(toast(page, "Crane Crew was saved")).toBeVisible();
  await expect(theirs.getByRole("heading", { name: "Welcome back" })).toBeVisible();

  await page.goto(`${organization.origin}/users`);
  await page.getByRole("combobox", { name: "Sign-in" }).selectOption("No login");
  await expect(page).toHaveURL(/no_login=true/);
  await expect(row(page, crew.email)).toBeVisible();
  await expect(row(page, organization.admin.email)).toHaveCount(0);
});

test("filters, sorting and columns live in the address", async ({ organization, enter }) => {
  await organization.person("Anton Zimmer", ["Team Member"]);
  await organization.person("Zoe Abbot", ["Project Guest"]);
  const page = await enter(organization, organization.admin, "/users");
  await expect(page.getByText("3 rows", { exact: true })).toBeVisible();
  const names = page.getByRole("table").getByRole("rowheader");

  await page.getByRole("button", { name: "Name", exact: true }).click();
  await expect(page).toHaveURL(/sort=last_name/);
  await expect(names).toContainText(["Zoe Abbot", "Ada Moreau", "Anton Zimmer"]);
  await page.getByRole("button", { name: "Name", exact: true }).click();
  await expect(names).toContainText(["Anton Zimmer", "Ada Moreau", "Zoe Abbot"]);

  await page.getByRole("combobox", { name: "Licence used" }).selectOption("Project Guest");
  await expect(names).toContainText(["Zoe Abbot"]);
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "Language" }).check();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("columnheader", { name: "Language" })).toBeVisible();

  await page.reload();
  await expect(names).toContainText(["Zoe Abbot"]);
  await expect(names).toHaveCount(1);
  await expect(page.getByRole("columnheader", { name: "Language" })).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(names).toHaveCount(3);

  await page.getByRole("searchbox").fill("zimm");
  await expect(names).toContainText(["Anton Zimmer"]);
  await expect(names).toHaveCount(1);
  await page.getByRole("searchbox").fill("nobody of that name");
  await expect(page.getByText("Nothing found")).toBeVisible();
});

test("the panel has an address of its own; back closes it, and the focus returns to the row", async ({
  organization,
  enter,
}) => {
  const zoe = await organization.person("Zoe Abbot", ["Project Guest"]);
  const page = await enter(organization, organization.admin, "/users");
  const link = page.getByRole("link", { name: zoe.name });
  await link.press("Enter");
  const side = page.getByRole("complementary", { name: zoe.name });
  await expect(side).toBeVisible();
  await expect(page).toHaveURL(new RegExp(zoe.id));
  await page.reload();
  await expect(side).toBeVisible();
  await side.getByRole("heading", { name: zoe.name }).press("Escape");
  await expect(side).toBeHidden();
  await expect(link).toBeFocused();
  await link.click();
  await expect(side).toBeVisible();
  await page.goBack();
  await expect(side).toBeHidden();
  await expect(title(page, "Users")).toBeVisible();
});

test("another e-mail asks for one's own password, and nothing that was typed is lost", async ({ organization, enter }) => {
  const lena = await organization.person("Lena Farrow", ["Team Member"]);
  const page = await enter(organization, organization.admin, `/users/${lena.id}`);
  const asking = dialog(page, "Confirm that it is you");
  const save = page.getByRole("button", { name: "Save changes" });
  const email = page.getByLabel("E-mail");
  await page.getByLabel("First name").fill("Helena");
  await save.click();
  await expect(toast(page, "Helena Farrow was saved")).toBeVisible();

  await email.fill(`helena@${organization.slug}.example`);
  await save.click();
  await expect(asking.getByLabel("Your password")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("alert")).toContainText("Your password was not confirmed");
  await expect(email).toHaveValue(`helena@${organization.slug}.example`);

  await save.click();
  await confirm(page, "not this one");
  await expectProblem(asking.getByLabel("Your password"), "This is not your password.");
  await confirm(page);
  await expect(asking).toBeHidden();
  await expect(toast(page, "Helena Farrow was saved").last()).toBeVisible();
  await page.reload();
  await expect(email).toHaveValue(`helena@${organization.slug}.example`);

  // For five minutes nobody is asked again.
  await email.fill(lena.email);
  await save.click();
  await expect(toast(page, "Helena Farrow was saved")).toBeVisible();
  await expect(asking).toBeHidden();
});

test("one company admin must remain", async ({ organization, enter }) => {
  const api = await organization.api();
  const [ada] = (await api.get<{ items: User[] }>("/users?q=ada.moreau")).items;
  const page = await enter(organization, organization.admin, `/users/${ada!.id}`);
  const complete = page.getByRole("switch", { name: "Company admin" });
  await complete.uncheck();
  await expect(page.getByText("You will lose complete access")).toBeVisible();
  await choose(page, "Roles", "Full Access");
  // The look ahead says so before; that saving is refused as well is what counts.
  const refused = page.waitForResponse((answer) => answer.request().method() === "PATCH" && answer.status() === 409);
  await page.getByRole("button", { name: "Save changes" }).click();
  await confirm(page);
  await refused;
  await expect(page.getByRole("alert").first()).toContainText("One company admin must remain");

  const heir = await organization.person("Hugo Ferrant", ["Full Access"]);
  await (await api.confirm(password)).patch(`/users/${heir.id}`, { company_admin: true });
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(toast(page, "Ada Moreau was saved")).toBeVisible();
  await expect(page.getByRole("link", { name: "Licence consumption" })).toHaveCount(0);
});
