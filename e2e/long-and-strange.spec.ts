// What people type that nobody thought of, and what networks do.

import { dialog, personMenu, row, title, toast } from "./support/screens.ts";
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
    const widths = [1440, 390];
    const fits = async () => {
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        const beyond = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        await expect.poll(beyond, `${page.url()} at ${width} pixels`).toBeLessThanOrEqual(0);
      }
    };
    await fits();
    await page.goBack();
    await expect(page.getByRole("link", { name, exact: true })).toBeVisible();
    await fits();
  });
}

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
