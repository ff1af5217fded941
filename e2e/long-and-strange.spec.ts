// What people type that nobody thought of, and what networks do.

import type { Page } from "@playwright/test";

import type { Api } from "./support/api.ts";
import { password } from "./support/organization.ts";
import { confirm, dialog, personMenu, row, title, toast } from "./support/screens.ts";
import { expectToFit, narrow, wide } from "./support/sight.ts";
import { expect, test } from "./support/test.ts";

const strange = {
  "two hundred characters": "Renewal of the quay ".repeat(10).trim().padEnd(200, "x"),
  emoji: "Boathouse 🚤👩‍🚒 ready 🏳️‍🌈",
  "right to left": "مشروع تجديد الميناء",
  markup: "<script>alert('door')</script><b>bold</b>",
  "one long word": "w".repeat(200),
};

for (const [kind, name] of Object.entries(strange)) {
  test(`a name of ${kind} is shown as it was typed, and nothing bursts`, async ({ organization, enter }) => {
    const page = await enter(organization, organization.admin, "/projects");
    await page.getByRole("button", { name: "New project" }).first().click();
    const form = dialog(page, "New project");
    await form.getByLabel("Name").fill(name);
    await form.getByRole("button", { name: "Create project" }).click();
    await expect(title(page, name)).toBeVisible();
    await expect(page).toHaveTitle(`${name} · Portico`);
    await expectBothToFit(page);
    await page.goBack();
    await expect(page.getByRole("link", { name, exact: true })).toBeVisible();
    await expectBothToFit(page);
  });
}

/** At both widths; leaves the page wide. */
async function expectBothToFit(page: Page): Promise<void> {
  for (const size of [narrow, wide]) {
    await page.setViewportSize(size);
    await expectToFit(page, `${page.url()} at ${size.width} pixels`);
  }
}

/** A file of people whose names are the strange ones, over and over. */
function fileOfPeople(count: number, slug: string): string {
  const names = Object.values(strange);
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const line = (_: unknown, index: number) => {
    const [first, last] = [names[index % names.length]!, names[(index + 1) % names.length]!];
    return [`person-${index}@${slug}.example`, cell(first), cell(last), "Team Member"].join(",");
  };
  return ["email,first name,last name,roles", ...Array.from({ length: count }, line)].join("\n");
}

async function importPeople(api: Api, file: string): Promise<void> {
  await api.confirm(password);
  const content = Buffer.from(file, "utf8").toString("base64");
  await api.post("/users/import", { content, dry_run: false });
}

test("five hundred people of strange names: their list, the look at many, and the log of them", async ({
  organization,
  enter,
}) => {
  test.slow();
  const file = fileOfPeople(500, organization.slug);
  const page = await enter(organization, organization.admin, "/users");
  await page.getByRole("button", { name: "Import and export" }).click();
  await page.getByRole("menuitem", { name: "Import…" }).click();
  const form = dialog(page, "Import people");
  const buffer = Buffer.from(file, "utf8");
  await form.getByLabel("File").setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer });
  await confirm(page);
  await expect(form.getByText("500 added")).toBeVisible();
  // The first hundred are named, the rest is counted.
  await expect(form.getByRole("list", { name: "What becomes of each" }).getByRole("listitem")).toHaveCount(100);
  await expect(form.getByText("and 400 more rows")).toBeVisible();
  await expectBothToFit(page);
  await expect(form.getByRole("button", { name: "Import 500 rows" })).toBeInViewport();
  await page.keyboard.press("Escape");

  await importPeople(await organization.api(), file);
  await page.reload();
  await expect(page.getByText("501 rows")).toBeVisible();
  await expectBothToFit(page);
  const first = page.getByRole("rowheader").first();
  const box = await first.boundingBox();
  expect(box!.width, "a long name leaves room for the other columns").toBeLessThan(wide.width / 3);
  await page.setViewportSize(narrow);
  expect((await first.boundingBox())!.width, "also on a phone").toBeLessThan(narrow.width * 0.6);
  await page.setViewportSize(wide);
  await page.getByRole("button", { name: "Load more" }).click();
  await expect(page.getByRole("rowheader")).toHaveCount(100);
  await page.getByRole("checkbox", { name: "Select all rows shown" }).check();
  await page
    .getByRole("region", { name: "For the selected rows" })
    .getByRole("button", { name: "Deactivate" })
    .click();
  await expect(dialog(page, "Deactivate 100 people?").getByRole("list")).toBeVisible();
  await expectBothToFit(page);
  await page.keyboard.press("Escape");

  // One of them, beside the list and on a page of their own.
  await page.getByRole("searchbox", { name: "Search people" }).fill("person-499");
  await expect(page.getByText("1 row", { exact: true })).toBeVisible();
  await page.getByRole("rowheader").getByRole("link").click();
  await expect(page.getByRole("complementary").getByLabel("E-mail")).toHaveValue(/^person-499@/);
  await expectBothToFit(page);

  await page.goto(`${organization.origin}/audit-log?entity=user`);
  await expect(page.getByRole("rowheader").first()).toBeVisible();
  await expectBothToFit(page);
  await page.getByRole("rowheader").first().getByRole("link").click();
  await expect(page.getByRole("complementary").getByText("Created")).toBeVisible();
  await expectBothToFit(page);
});

test("tokens and invitations of the longest names there may be", async ({ organization, enter }) => {
  const api = await (await organization.api()).confirm(password);
  const expires_on = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  for (const name of Object.values(strange)) {
    await api.post("/profile/api-tokens", { name, expires_on, scopes: { users: { view: true } } });
  }
  const email = `${"w".repeat(64)}@${"sub.".repeat(40)}example`;
  await api.post("/invitations", { email });
  await api.post("/invitations", { email: `🚤@${organization.slug}.example` });

  const page = await enter(organization, organization.admin, "/profile/api-tokens");
  await expect(page.getByText(strange["one long word"])).toBeVisible();
  await expectBothToFit(page);
  await page.goto(`${organization.origin}/integrations`);
  await expect(row(page, strange["emoji"])).toBeVisible();
  // What ends a token is in reach beside the longest name.
  await expect(page.getByRole("button", { name: `Revoke ${strange["one long word"]}` })).toBeInViewport();
  await expectBothToFit(page);
  await page.goto(`${organization.origin}/users?open=invitations`);
  await expect(page.getByRole("complementary").getByText(email)).toBeVisible();
  await expectBothToFit(page);
  await page.getByRole("button", { name: `Take back the invitation of ${email}` }).click();
  await expect(dialog(page, `Take back the invitation of ${email}?`)).toBeVisible();
  await expectBothToFit(page);
});

test("pressing twice creates one", async ({ organization, enter }) => {
  const page = await enter(organization, organization.admin, "/projects");
  await page.getByRole("button", { name: "New project" }).first().click();
  const form = dialog(page, "New project");
  await form.getByLabel("Name").fill("Footbridge");
  await form.getByRole("button", { name: "Create project" }).dblclick();
  await expect(title(page, "Footbridge")).toBeVisible();

  await page.goto(`${organization.origin}/users`);
  await page.getByRole("button", { name: "Add person" }).click();
  const side = page.getByRole("complementary", { name: "Add person" });
  await side.getByLabel("First name").fill("Nadia");
  await side.getByLabel("Last name").fill("Osei");
  await side.getByLabel("E-mail").fill(`nadia.osei@${organization.slug}.example`);
  await expect(side.getByRole("button", { name: "Remove Team Member" })).toBeVisible();
  await side.getByRole("button", { name: "Add person" }).dblclick();
  await expect(toast(page, "Nadia Osei was added")).toHaveCount(1);

  const api = await organization.api();
  expect((await api.get<{ items: unknown[] }>("/projects")).items).toHaveLength(1);
  expect((await api.get<{ items: unknown[] }>("/users?q=osei")).items).toHaveLength(1);
});

test("without a network a form says so, keeps what was typed, and saves when the network is back", async ({
  organization,
  enter,
}) => {
  const project = await (await organization.api()).project("Footbridge");
  const page = await enter(organization, organization.admin, `/projects/${project.id}/general`);
  const description = page.getByLabel("Description");
  await description.fill("Three spans of oak");
  await page.context().setOffline(true);
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("alert")).toContainText("Portico cannot be reached");
  await expect(description).toHaveValue("Three spans of oak");

  await page.context().setOffline(false);
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(toast(page, "The project was saved")).toBeVisible();
  await page.reload();
  await expect(description).toHaveValue("Three spans of oak");
});

test("a list that could not be read offers to try again", async ({ organization, enter }) => {
  await (await organization.api()).project("Footbridge");
  const page = await enter(organization, organization.admin, "/");
  await expect(personMenu(page)).toBeVisible();
  await page.route("**/api/v1/projects?*", (route) => route.abort());
  await page.getByRole("link", { name: "Projects", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("Portico cannot be reached");
  await page.unroute("**/api/v1/projects?*");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(row(page, "Footbridge")).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("a server that fails is not taken for a person's mistake", async ({ organization, enter }) => {
  const page = await enter(organization, organization.admin, "/projects");
  await page.route("**/api/v1/projects", async (route) => {
    if (route.request().method() !== "POST") return route.fallback();
    return route.fulfill({
      status: 500,
      contentType: "application/problem+json",
      body: JSON.stringify({ code: "internal", title: "Internal", status: 500, request_id: "7f-request" }),
    });
  });
  await page.getByRole("button", { name: "New project" }).first().click();
  const form = dialog(page, "New project");
  await form.getByLabel("Name").fill("Footbridge");
  await form.getByRole("button", { name: "Create project" }).click();
  await expect(form.getByRole("alert")).toContainText("Something went wrong on our side");
  await expect(form.getByRole("alert")).toContainText("7f-request");
  await expect(form.getByLabel("Name")).toHaveValue("Footbridge");
});

test("a browser that was away for long goes on with the session it has", async ({ organization, enter }) => {
  const page = await enter(organization, organization.admin, "/projects");
  await expect(title(page, "Projects")).toBeVisible();
  // The access token is over; the cookie still opens the door, once for all calls that find out at the same moment.
  let renewals = 0;
  let refusals = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("/session/refresh")) renewals += 1;
  });
  await page.route(/\/api\/v1\/(projects|my-projects|users)/, async (route) => {
    if (renewals > 0) return route.fallback();
    refusals += 1;
    return route.fulfill({
      status: 401,
      contentType: "application/problem+json",
      body: JSON.stringify({ code: "unauthenticated", title: "Not signed in", status: 401 }),
    });
  });
  await page.getByRole("link", { name: "My Projects" }).click();
  await expect(page.getByText("You are on no project yet")).toBeVisible();
  expect(renewals).toBe(1);
  expect(refusals).toBeGreaterThan(0);
});
