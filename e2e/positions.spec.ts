// What a position on a project is worth: lowered by an expired licence, by a licence that does not reach as far, and
// of no use to those who have none.


import type { Project, Problem, Role } from "./support/api.ts";
import { Organization } from "./support/organization.ts";
import { comeBack, personMenu, row, title } from "./support/screens.ts";
import { expectNoViolation } from "./support/sight.ts";
import { expect, test } from "./support/test.ts";

const tabs = { name: "Parts of the project" };

/** The day that it is in a time zone. */
const dayIn = (timeZone: string): string => new Intl.DateTimeFormat("en-CA", { timeZone }).format(new Date());

// It is never the same day in these two.
const west = "Pacific/Pago_Pago";
const east = "Pacific/Kiritimati";

test("a Manager whose licence expires is a Team Member from that moment", async ({ enter }) => {
  // Licences are valid by the days of the organization. Its last day is today; when the organization moves to where
  // it is tomorrow, the licence is over, and no clock had to be touched.
  const licences = [`project_manager=5@2020-01-01..${dayIn(west)}`, "team_member=unlimited"];
  const organization = await Organization.create({ timeZone: west, licences });
  const tom = await organization.person("Tom Arden", ["Project Manager", "Team Member"]);
  const api = await organization.api(tom);
  const project = await api.project("Weir repair");
  expect(project.access.effective_position).toBe("manager");

  const page = await enter(organization, tom, `/projects/${project.id}/general`);
  const name = page.getByLabel("Name", { exact: true });
  await expect(name).toHaveValue("Weir repair");

  const admins = await organization.api();
  await admins.patch("/general-data", { time_zone: east });

  const refused = await api.ask<Problem>("PATCH", `/projects/${project.id}`, { name: "Weir" }, project.version);
  expect(refused.status).toBe(403);
  const seen = await api.get<Project>(`/projects/${project.id}`);
  expect(seen.access).toMatchObject({ effective_position: "team_member", lowered_because: "licence" });

  await comeBack(page);
  await expect(name).toHaveCount(0);
  await expect(page.getByText("You are assigned as Manager, and count as Team Member")).toBeVisible();
  await expect(page.getByText("Your role Project Manager grants nothing today")).toBeVisible();
  await expect(page.getByRole("main")).toContainText("Your licence does not reach higher.");

  await page.getByRole("navigation", tabs).getByRole("link", { name: "Team" }).click();
  const member = page.getByRole("list", { name: "Team" }).getByRole("listitem").filter({ hasText: tom.name });
  await expect(member).toContainText("Counts as Team Member");
  await expect(page.getByRole("button", { name: "Add person" })).toHaveCount(0);

  // And with a licence that is valid again, everything is as it was.
  await admins.patch("/general-data", { time_zone: west });
  await comeBack(page);
  await expect(page.getByRole("button", { name: "Add person" })).toBeVisible();
  await expect(member).toBeVisible();
  await expect(page.getByText("Counts as")).toHaveCount(0);
});

test("a guest given Team Member stays a guest, and the team shows why", async ({ organization, enter }) => {
  const tom = await organization.person("Tom Arden", ["Project Manager"]);
  const daniel = await organization.person("Daniel Roy", ["Project Guest"]);
  const api = await organization.api(tom);
  const project = await api.project("Weir repair");
  await api.post(`/projects/${project.id}/team`, { user_id: daniel.id, position: "guest" });

  const managers = await enter(organization, tom, `/projects/${project.id}/team`);
  await managers.getByRole("combobox", { name: "Position of Daniel Roy" }).selectOption("Team Member");
  const member = managers.getByRole("list", { name: "Team" }).getByRole("listitem").filter({ hasText: daniel.name });
  await expect(member).toContainText("Counts as Guest");
  await expect(member).toContainText("Their licence does not reach higher.");

  const guests = await enter(organization, daniel, "/my-projects");
  await expect(row(guests, "Weir repair")).toContainText("Guest");
  await guests.getByRole("link", { name: "Weir repair" }).click();
  await expect(title(guests, "Weir repair")).toBeVisible();
  await expect(guests.getByRole("navigation", tabs).getByRole("link")).toHaveText(["General"]);
  await expect(guests.getByRole("button", { name: "Save changes" })).toHaveCount(0);
  await guests.goto(`${organization.origin}/projects/${project.id}/team`);
  await expect(guests.getByText("This is not open to you")).toBeVisible();
  const asked = await (await organization.api(daniel)).ask("GET", `/projects/${project.id}/team`);
  expect(asked.status).toBe(403);
});

test("two project managers cannot open each other's projects", async ({ organization, enter }) => {
  const aisha = await organization.person("Aisha Noor", ["Project Manager"]);
  const jonas = await organization.person("Jonas Falk", ["Project Manager"]);
  const [hers, his] = await Promise.all([organization.api(aisha), organization.api(jonas)]);
  const [bridge, sluice] = await Promise.all([hers.project("Footbridge"), his.project("Sluice")]);

  for (const [api, own, other] of [
    [hers, bridge, sluice],
    [his, sluice, bridge],
  ] as const) {
    expect((await api.ask("GET", `/projects/${own.id}`)).status).toBe(200);
    // Exactly as what does not exist.
    const absent = "01900000-0000-7000-8000-000000000000";
    for (const path of ["", "/home", "/team", "/changes", "/deletion"]) {
      const [hidden, nothing] = await Promise.all([
        api.ask<Problem & { request_id?: string }>("GET", `/projects/${other.id}${path}`),
        api.ask<Problem & { request_id?: string }>("GET", `/projects/${absent}${path}`),
      ]);
      expect([hidden.status, nothing.status], path).toEqual([404, 404]);
      expect({ ...hidden.body, request_id: "" }).toEqual({ ...nothing.body, request_id: "" });
    }
    const change = await api.ask("PATCH", `/projects/${other.id}`, { name: "Mine" }, other.version);
    expect(change.status).toBe(404);
    expect((await api.ask("DELETE", `/projects/${other.id}`, undefined, other.version)).status).toBe(404);
    for (const list of ["/projects", "/my-projects"]) {
      const seen = await api.get<{ items: Project[] }>(list);
      expect(seen.items.map((project) => project.id)).toEqual([own.id]);
    }
  }

  const page = await enter(organization, aisha, `/projects/${sluice.id}`);
  await expect(personMenu(page)).toBeVisible();
  await expect(page.getByText("This project cannot be shown")).toBeVisible();
  await expect(page.getByRole("main")).not.toContainText("Sluice");
  await page.getByRole("link", { name: "Go to the list: Projects" }).click();
  await expect(row(page, "Footbridge")).toBeVisible();
  await expect(row(page, "Sluice")).toHaveCount(0);
});

test("whoever may see one tab of a project has its page, and that tab first", async ({ organization, enter }) => {
  const admins = await organization.api();
  const role = (name: string, tab: string) =>
    admins.post<Role>("/roles", {
      name,
      licence_type: "project_manager",
      functions: [],
      grants: { projects: { view: true }, [tab]: { view: true } },
    });
  await Promise.all([role("Observer", "project_home"), role("Staffing", "project_team")]);
  const [lena, omar] = [
    await organization.person("Lena Berg", ["Observer"]),
    await organization.person("Omar Said", ["Staffing"]),
  ];
  const tom = await organization.person("Tom Arden", ["Project Manager"]);
  const api = await organization.api(tom);
  const project = await api.project("Weir repair", { start_date: "2026-01-10", end_date: "2026-02-10" });
  for (const person of [lena, omar]) {
    await api.post(`/projects/${project.id}/team`, { user_id: person.id, position: "guest" });
  }

  // Home and its history, and nothing that leads to what she may not see.
  const page = await enter(organization, lena, "/projects");
  await page.getByRole("link", { name: "Weir repair" }).click();
  await expect(title(page, "Weir repair")).toBeVisible();
  await expect(page.getByText(project.code, { exact: true }).first()).toBeVisible();
  await expect(page.getByRole("navigation", tabs).getByRole("link")).toHaveText(["Home", "History"]);
  await expect(page.getByRole("heading", { name: "Status" })).toBeVisible();
  await expect(page.locator('main a[href$="/general"], main a[href$="/team"]')).toHaveCount(0);
  await expectNoViolation(page, "a project without its main data");
  await page.goto(`${organization.origin}/projects/${project.id}/general`);
  await expect(page.getByText("This is not open to you")).toBeVisible();
  await page.getByRole("link", { name: "Open Home" }).click();
  await expect(page.getByRole("heading", { name: "Status" })).toBeVisible();

  // The team alone, which is then what the page begins with.
  const staffing = await enter(organization, omar, `/projects/${project.id}`);
  await expect(title(staffing, "Weir repair")).toBeVisible();
  await expect(staffing.getByRole("navigation", tabs).getByRole("link")).toHaveText(["Team"]);
  await expect(staffing.getByRole("list", { name: "Team" }).getByRole("listitem")).toHaveCount(3);

  // Whoever changes what stands in the head sees it there at once.
  const managers = await enter(organization, tom, `/projects/${project.id}/general`);
  await managers.getByLabel("Name", { exact: true }).fill("Weir and lock");
  await managers.getByRole("button", { name: "Save changes" }).click();
  await expect(title(managers, "Weir and lock")).toBeVisible();
  await comeBack(page);
  await expect(title(page, "Weir and lock")).toBeVisible();
});
