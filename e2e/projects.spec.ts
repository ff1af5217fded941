// Projects from the first to the last day: listed, created, changed by two people at once, staffed, deleted.

import type { Project } from "./support/api.ts";
import { dialog, expectProblem, personMenu, row, title, toast } from "./support/screens.ts";
import { expect, test } from "./support/test.ts";

const tabs = { name: "Parts of the project" };

test("a project is created, with what is wrong said under its field", async ({ organization, enter }) => {
  const iris = await organization.person("Iris Quint", ["Project Manager"]);
  const page = await enter(organization, iris, "/projects");
  await expect(page.getByText("No projects yet")).toBeVisible();
  await page.getByRole("button", { name: "New project" }).first().click();
  const form = dialog(page, "New project");
  await expect(form.getByLabel("Name")).toBeFocused();
  await page.keyboard.press("Enter");
  await expectProblem(form.getByLabel("Name"), /This is needed/);
  await form.getByLabel("Name").fill("Lighthouse lamp");
  await form.getByLabel("Start").fill("2027-03-01");
  await form.getByLabel("End").fill("2027-02-01");
  await form.getByRole("button", { name: "Create project" }).click();
  await expectProblem(form.getByLabel("End"), /The end lies before the start/);
  await form.getByLabel("End").fill("2027-09-30");
  await form.getByLabel("Priority").selectOption("High");
  await form.getByRole("button", { name: "Create project" }).click();

  await expect(toast(page, "Lighthouse lamp was created")).toBeVisible();
  await expect(title(page, "Lighthouse lamp")).toBeVisible();
  await expect(page.getByRole("main")).toContainText("1 Mar 2027 – 30 Sept 2027".replace("Sept", "Sep"));
  await expect(page).toHaveTitle(/Lighthouse lamp/);

  await page.goto(`${organization.origin}/my-projects`);
  await expect(row(page, "Lighthouse lamp")).toContainText("High");
  await expect(row(page, "Lighthouse lamp")).toContainText("Manager");
});

test("what a list is narrowed to stands in the address and survives reload and back", async ({ organization, enter }) => {
  const api = await organization.api();
  for (const [name, start_date] of [
    ["Crane rail", "2026-01-10"],
    ["Boat lift", "2026-05-04"],
    ["Anchor store", "2026-09-21"],
  ]) {
    await api.project(name!, { start_date });
  }
  const page = await enter(organization, organization.admin, "/projects");
  const names = page.getByRole("table").getByRole("rowheader");
  await expect(names).toHaveCount(3);

  await page.getByRole("button", { name: "Name", exact: true }).click();
  await expect(names).toHaveText(["Anchor store", "Boat lift", "Crane rail"]);
  await expect(page.getByRole("columnheader", { name: "Name" })).toHaveAttribute("aria-sort", "ascending");
  await page.getByRole("button", { name: "Name", exact: true }).click();
  await expect(names).toHaveText(["Crane rail", "Boat lift", "Anchor store"]);

  await page.getByLabel("Starts on or after").fill("2026-05-01");
  await expect(names).toHaveText(["Boat lift", "Anchor store"]);
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "Type" }).check();
  await page.keyboard.press("Escape");
  const type = page.getByRole("columnheader", { name: "Type" });
  await expect(type).toBeVisible();
  await expect(page).toHaveURL(/sort=-name.*starts_from=2026-05-01|starts_from=2026-05-01.*sort=-name/);

  await page.reload();
  await expect(names).toHaveText(["Boat lift", "Anchor store"]);
  await expect(type).toBeVisible();

  await page.getByRole("link", { name: "Boat lift" }).click();
  await expect(title(page, "Boat lift")).toBeVisible();
  await page.goBack();
  await expect(names).toHaveText(["Boat lift", "Anchor store"]);

  await page.getByRole("searchbox").fill("anchor");
  await expect(names).toHaveText(["Anchor store"]);
  await page.getByRole("searchbox").fill("no such thing");
  await expect(page.getByText("Nothing found")).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).first().click();
  await expect(names).toHaveCount(3);
});

test("a long list comes page by page, each project once", async ({ organization, enter }) => {
  const api = await organization.api();
  const numbers = Array.from({ length: 120 }, (_, index) => index);
  await Promise.all(numbers.map((number) => api.project(`Pile ${String(number).padStart(3, "0")}`)));
  const page = await enter(organization, organization.admin, "/projects?sort=name");
  const names = page.getByRole("table").getByRole("rowheader");
  await expect(page.getByText(/of 120 rows/)).toBeVisible();
  await expect(names).toHaveCount(50);
  await page.getByRole("button", { name: "Load more" }).click();
  await expect(names).toHaveCount(100);
  await page.getByRole("button", { name: "Load more" }).click();
  await expect(names).toHaveCount(120);
  await expect(page.getByRole("button", { name: "Load more" })).toHaveCount(0);
  const shown = await names.allTextContents();
  expect(new Set(shown).size).toBe(120);
  expect(shown).toEqual([...shown].sort());
});

test("the tabs show the project, each at an address of its own", async ({ organization, enter }) => {
  const api = await organization.api();
  const project = await api.project("Lighthouse lamp", { description: "Seen from twenty miles." });
  const page = await enter(organization, organization.admin, `/projects/${project.id}`);
  const bar = page.getByRole("navigation", tabs);
  await expect(bar.getByRole("link")).toHaveText(["Home", "General", "Team", "History"]);
  await expect(bar.getByRole("link", { name: "Home" })).toHaveAttribute("aria-current", "page");
  await bar.getByRole("link", { name: "General" }).click();
  await expect(page).toHaveURL(/\/general$/);
  await expect(page.getByLabel("Description")).toHaveValue("Seen from twenty miles.");
  await page.getByLabel("Cost centre").fill("CC-12");
  await bar.getByRole("link", { name: "Team" }).click();
  const leaving = dialog(page, "Leave without saving?");
  await leaving.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(toast(page, "The project was saved")).toBeVisible();

  await bar.getByRole("link", { name: "History" }).click();
  const latest = page.getByRole("listitem").filter({ hasText: "Ada Moreau changed the project" }).first();
  await expect(latest).toContainText("Cost centre");
  await expect(latest).toContainText("CC-12");
  await page.goBack();
  await expect(page.getByLabel("Cost centre")).toHaveValue("CC-12");
});

test("two people change a project at once: the second chooses field by field", async ({ organization, enter }) => {
  const project = await (await organization.api()).project("Lighthouse lamp");
  const marta = await organization.person("Marta Oro", ["Full Access"]);
  const path = `/projects/${project.id}/general`;
  const [first, second] = await Promise.all([
    enter(organization, organization.admin, path),
    enter(organization, marta, path),
  ]);
  await second.getByLabel("Description").fill("Seen from afar");
  await second.getByLabel("Name", { exact: true }).fill("Lamp of the lighthouse");

  await first.getByLabel("Description").fill("Seen from twenty miles");
  await first.getByLabel("Cost centre").fill("CC-12");
  await first.getByRole("button", { name: "Save changes" }).click();
  await expect(toast(first, "The project was saved")).toBeVisible();

  await second.getByRole("button", { name: "Save changes" }).click();
  const merge = dialog(second, "Changed by someone else meanwhile");
  const description = merge.getByRole("group", { name: "Description" });
  await expect(description).toContainText("Seen from twenty miles");
  await expect(description).toContainText("Seen from afar");
  await description.getByRole("radio", { name: /Theirs/ }).check();
  await merge.getByRole("button", { name: "Save the choice" }).click();
  await expect(toast(second, "The project was saved")).toBeVisible();

  const merged = await (await organization.api()).get<Project & { description: string; cost_centre: string }>(
    `/projects/${project.id}`,
  );
  expect(merged).toMatchObject({
    name: "Lamp of the lighthouse",
    description: "Seen from twenty miles",
    cost_centre: "CC-12",
  });
  await expect(title(second, "Lamp of the lighthouse")).toBeVisible();
});

test("somebody joins the team; to be Manager a role must carry the function, and the answer names those that do", async ({
  organization,
  enter,
}) => {
  const project = await (await organization.api()).project("Lighthouse lamp");
  const mei = await organization.person("Mei Sato", ["Team Member"]);
  const page = await enter(organization, organization.admin, `/projects/${project.id}/team`);
  await page.getByRole("button", { name: "Add person" }).click();
  const form = dialog(page, "Add person");
  await form.getByRole("combobox", { name: "Person" }).fill("sato");
  await form.getByRole("option", { name: "Mei Sato" }).click();
  await form.getByRole("radio", { name: "Manager" }).check();
  await form.getByRole("button", { name: "Add person" }).click();
  const refusal = form.getByRole("alert");
  await expect(refusal).toContainText("function");
  await expect(refusal).toContainText("Full Access");
  await expect(refusal).toContainText("Project Manager");
  await form.getByRole("radio", { name: "Team Member" }).check();
  await form.getByRole("button", { name: "Add person" }).click();
  await expect(toast(page, "Mei Sato is on the team")).toBeVisible();

  const member = page.getByRole("list", { name: "Team" }).getByRole("listitem").filter({ hasText: mei.email });
  await expect(member).toBeVisible();
  const theirs = await enter(organization, mei, "/my-projects");
  await expect(row(theirs, "Lighthouse lamp")).toContainText("Team Member");

  await page.getByRole("combobox", { name: "Position of Mei Sato" }).selectOption("Guest");
  await expect(toast(page, "Mei Sato is Guest now")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("combobox", { name: "Position of Mei Sato" })).toHaveValue(/.+/);
  await expect(page.getByRole("combobox", { name: "Position of Mei Sato" }).locator("option:checked")).toHaveText(
    "Team Member",
  );

  await page.getByRole("button", { name: "Remove from the team: Mei Sato" }).click();
  await dialog(page, "Remove Mei Sato from the team?").getByRole("button", { name: "Remove from the team" }).click();
  await expect(toast(page, "Mei Sato is off the team")).toBeVisible();
  await expect(member).toHaveCount(0);
});

test("deleting a project says what goes with it, and then it is gone for everybody", async ({ organization, enter }) => {
  const api = await organization.api();
  const project = await api.project("Lighthouse lamp");
  const mei = await organization.person("Mei Sato", ["Team Member"]);
  await api.post(`/projects/${project.id}/team`, { user_id: mei.id, position: "team_member" });
  const theirs = await enter(organization, mei, `/projects/${project.id}`);
  await expect(title(theirs, "Lighthouse lamp")).toBeVisible();

  const page = await enter(organization, organization.admin, `/projects/${project.id}/general`);
  await page.getByRole("button", { name: "Delete project…" }).click();
  const asking = dialog(page, "Delete Lighthouse lamp?");
  await expect(asking).toContainText("2 positions on the team");
  await asking.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Delete project…" }).click();
  await asking.getByRole("button", { name: "Delete project", exact: true }).click();
  await expect(toast(page, "Lighthouse lamp was deleted")).toBeVisible();
  await expect(title(page, "Projects")).toBeVisible();
  await expect(page.getByText("No projects yet")).toBeVisible();

  await theirs.reload();
  await expect(personMenu(theirs)).toBeVisible();
  await expect(theirs.getByText("This project cannot be shown")).toBeVisible();
});
