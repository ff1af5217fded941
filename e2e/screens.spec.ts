// Every screen, as everybody must be able to use it: light and dark, wide and narrow, in both languages. One table
// lists them all, and a route of the app that is not in it is an error.

import { readFile } from "node:fs/promises";

import type { Browser, Page } from "@playwright/test";

import type { Page as ListPage, Project, Role, User } from "./support/api.ts";
import { Organization, password, type Account } from "./support/organization.ts";
import { choose, dialog } from "./support/screens.ts";
import { expectGoodSight, expectNoViolation, expectToFit, narrow, wide } from "./support/sight.ts";
import { expect, listen, signedIn, test } from "./support/test.ts";

/** The ids of one of each, in the demo data. */
interface Samples {
  project: string;
  person: string;
  /** Somebody who is deactivated. */
  former: string;
  role: string;
  /** A row of the audit log. */
  entry: string;
  /** An API token of the company admin's. */
  token: string;
}

interface Screen {
  path: string | ((samples: Samples) => string);
  /** Who looks at it: the company admin, somebody of little rights, or nobody who is signed in. */
  as?: "member" | "nobody";
  /** Whether the API refuses something there, which is the point of it; the browser then writes that to the console. */
  refused?: boolean;
  /** Whether a screen reader's view of it is kept; not where it is different each day, or nobody's screen. */
  kept?: false;
}

const screens: Record<string, Screen> = {
  "sign-in": { path: "/sign-in", as: "nobody" },
  "forgot-password": { path: "/forgot-password", as: "nobody" },
  "reset-password-lost": { path: "/reset-password#nothing", as: "nobody", refused: true },
  "accept-invitation-lost": { path: "/accept-invitation#nothing", as: "nobody", refused: true },
  home: { path: "/" },
  "home-of-a-member": { path: "/", as: "member" },
  "my-projects": { path: "/my-projects", as: "member" },
  "my-projects-none": { path: "/my-projects" },
  projects: { path: "/projects" },
  "projects-nothing-found": { path: "/projects?q=nothing+of+that+name" },
  "project-home": { path: ({ project }) => `/projects/${project}` },
  "project-general": { path: ({ project }) => `/projects/${project}/general` },
  "project-general-to-read": { path: ({ project }) => `/projects/${project}/general`, as: "member" },
  "project-team": { path: ({ project }) => `/projects/${project}/team` },
  "project-history": { path: ({ project }) => `/projects/${project}/history` },
  "project-hidden": { path: "/projects/01900000-0000-7000-8000-000000000000", refused: true },
  users: { path: "/users" },
  "users-person": { path: ({ person }) => `/users?open=${person}` },
  "users-add": { path: "/users?open=new" },
  "users-invitations": { path: "/users?open=invitations" },
  // The days in the chain are others every day.
  explain: {
    path: ({ person, project }) =>
      `/users/explain?user=${person}&menu=project_general&operation=update&project=${project}`,
    kept: false,
  },
  "explain-nobody": { path: "/users/explain" },
  person: { path: ({ person }) => `/users/${person}` },
  // Erasing them is offered there.
  "person-former": { path: ({ former }) => `/users/${former}` },
  roles: { path: "/roles", kept: false },
  role: { path: ({ role }) => `/roles/${role}` },
  "role-new": { path: "/roles/new", kept: false },
  "licence-consumption": { path: "/manage-account" },
  "general-data": { path: "/general-data" },
  "project-parameters": { path: "/project-parameters" },
  "sign-in-settings": { path: "/sign-in-settings" },
  // What others do meanwhile stands in the log.
  "audit-log": { path: "/audit-log", kept: false },
  "audit-log-entry": { path: ({ entry }) => `/audit-log?open=${entry}`, kept: false },
  "audit-log-nothing-found": { path: "/audit-log?from=2199-01-01", kept: false },
  "audit-log-denied": { path: "/audit-log?view=denied", kept: false },
  profile: { path: "/profile", kept: false },
  "api-tokens": { path: "/profile/api-tokens", kept: false },
  "api-token": { path: ({ token }) => `/profile/api-tokens/${token}`, kept: false },
  "api-tokens-new": { path: "/profile/api-tokens/new", kept: false },
  integrations: { path: "/integrations", kept: false },
  "not-found": { path: "/no-such-screen" },
  forbidden: { path: "/users", as: "member", refused: true },
  "forbidden-audit-log": { path: "/audit-log", as: "member", refused: true },
  gallery: { path: "/_gallery", kept: false },
};

const places = {
  en: { organization: Organization.demo("atlas"), member: "mei.tanaka@atlas.example", project: "Harbour Bridge" },
  es: { organization: Organization.demo("viento-sur"), member: "noelia.campos@viento-sur.example", project: "" },
} as const;

type Language = keyof typeof places;

/** One of each that both the admin and the member see. */
async function samples(language: Language): Promise<Samples> {
  const { organization, member, project } = places[language];
  const [api, members] = await Promise.all([organization.api(), organization.api({ email: member, name: member })]);
  const [projects, people, former, roles, log] = await Promise.all([
    members.get<ListPage<Project>>(`/my-projects?sort=name&q=${encodeURIComponent(project)}`),
    api.get<ListPage<User>>(`/users?q=${encodeURIComponent(member)}`),
    api.get<ListPage<User>>("/users?active=false&limit=1"),
    api.get<Role[]>("/roles"),
    // The longest there are: a project's, with all its fields.
    api.get<ListPage<{ id: string }>>("/audit-log?entity=project&limit=1"),
  ]);
  const ends = new Date(Date.now() + 100 * 24 * 3600 * 1000).toISOString().slice(0, 10);
  const { token } = await api.post<{ token: { id: string } }>("/profile/api-tokens", {
    name: "Weekly figures for the board",
    expires_on: ends,
    scopes: { projects: { view: true }, users: { view: true } },
    address_ranges: ["203.0.113.0/24", "2001:db8::/32"],
  });
  const role = roles.find((one) => one.licence_type === "project_manager");
  const person = people.items[0]!.id;
  const entry = log.items[0]!.id;
  return { project: projects.items[0]!.id, person, former: former.items[0]?.id ?? person, role: role!.id, entry, token: token.id };
}

const found = new Map<Language, Promise<Samples>>();

/** Opens a screen, and hands over what the browser complains of meanwhile. */
async function open(browser: Browser, language: Language, screen: Screen): Promise<{ page: Page; complaints: string[] }> {
  const { organization, member } = places[language];
  const account: Account = screen.as === "member" ? { email: member, name: member } : organization.admin;
  const context =
    screen.as === "nobody"
      ? await browser.newContext({ locale: language })
      : await signedIn(browser, organization, account);
  const complaints: string[] = [];
  listen(context, complaints, screen.refused ? /^Failed to load resource: .* (403|404) / : null);
  const page = await context.newPage();
  await page.addInitScript(() => {
    const shifts = { sum: 0 };
    Object.assign(window, { shifts });
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!entry.hadRecentInput) shifts.sum += entry.value;
      }
    });
    observer.observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(organization.origin + (await pathOf(language, screen)));
  await settled(page);
  return { page, complaints };
}

async function pathOf(language: Language, screen: Screen): Promise<string> {
  if (typeof screen.path === "string") return screen.path;
  if (!found.has(language)) found.set(language, samples(language));
  return screen.path(await found.get(language)!);
}

/** Everything that the screen asks for has come. In the gallery some never does, to be looked at. */
async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  if (page.url().endsWith("/_gallery")) return;
  await expect(page.locator("[aria-busy=true], .skeleton").filter({ visible: true })).toHaveCount(0);
}

for (const [name, screen] of Object.entries(screens)) {
  test(`${name}: light and dark, wide and narrow, seen and read`, async ({ browser }) => {
    // The grid of a role is hundreds of cells to look at, four times.
    test.slow(name.startsWith("role"));
    const { page, complaints } = await open(browser, "en", screen);
    const shifted = await page.evaluate(() => (window as unknown as { shifts: { sum: number } }).shifts.sum);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    await expect(page).toHaveTitle(/^.+ · Portico$/);
    if (screen.kept ?? true) {
      await expect.soft(page.getByRole("main")).toMatchAriaSnapshot({ name: `${name}.aria.yml` });
    }
    for (const size of [wide, narrow]) {
      await page.setViewportSize(size);
      await expectToFit(page, `${name} at ${size.width} pixels`);
      await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
      await expectNoViolation(page, `${name}, light, ${size.width} pixels`);
      // In the dark only the colours are others.
      await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
      await expectNoViolation(page, `${name}, dark, ${size.width} pixels`, ["color-contrast"]);
    }
    // What is half as wide is what people see who enlarge to 200 %.
    await page.setViewportSize({ width: wide.width / 2, height: wide.height / 2 });
    await expectToFit(page, `${name} at 200 %`);
    expect.soft(shifted, `${name} moves while it loads`).toBeLessThan(0.05);
    expect.soft(complaints, `${name}: the browser complains of nothing`).toEqual([]);
    await page.context().close();
  });
}

for (const as of ["admin", "member", "nobody"] as const) {
  test(`in Spanish, as ${as}: every screen fits`, async ({ browser }) => {
    test.slow();
    const all = Object.entries(screens).filter(([, screen]) => (screen.as ?? "admin") === as);
    const { page, complaints } = await open(browser, "es", { ...all[0]![1], refused: true });
    for (const [name, screen] of all) {
      const path = await pathOf("es", screen);
      await page.setViewportSize(wide);
      await page.goto(places.es.organization.origin + path);
      await settled(page);
      await expect(page.locator("html"), name).toHaveAttribute("lang", "es");
      if (name === "project-general" || as !== "admin") await expectNoViolation(page, `${name} in Spanish`);
      await page.setViewportSize(narrow);
      await expectToFit(page, `${name} in Spanish`);
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });
}

/** The addresses that `route.rs` writes beside its variants, and those of a project's tabs, as patterns. */
async function routes(): Promise<Map<string, RegExp>> {
  const text = await readFile(new URL("../web/src/route.rs", import.meta.url), "utf8");
  const variants = /pub enum Route \{\n([\s\S]*?)\n\}/.exec(text)![1]!;
  const addresses = [...variants.matchAll(/^ {4}\/\/\/ `(\/[^`]*)`/gm)].map(([, address]) => address!);
  expect(addresses, "each variant says its address").toHaveLength(variants.match(/^ {4}[A-Z]\w*(\(.*\))?,$/gm)!.length);
  const segments = /fn segment[\s\S]*?\n {4}\}/.exec(text)![0];
  const tabs = [...segments.matchAll(/=> "(\w+)"/g)].map(([, tab]) => `/projects/{id}/${tab}`);
  const pattern = (address: string) => new RegExp(`^${address.replaceAll("{id}", "[0-9a-f-]{36}")}$`);
  return new Map([...addresses, ...tabs].map((address) => [address, pattern(address)]));
}

test("every route of the app is among the screens", async () => {
  const paths = await Promise.all(Object.values(screens).map((screen) => pathOf("en", screen)));
  const walked = paths.map((path) => path.replace(/[?#].*$/, ""));
  const missing = [...(await routes())].filter(([, pattern]) => !walked.some((path) => pattern.test(path)));
  expect(missing.map(([address]) => address)).toEqual([]);
});

test("the frame: what a screen reader finds around every screen", async ({ browser }) => {
  const { page } = await open(browser, "en", screens["home"]!);
  await expect(page.getByRole("banner")).toMatchAriaSnapshot({ name: "frame.aria.yml" });
  await page.setViewportSize(narrow);
  await page.getByRole("button", { name: "Open navigation" }).click();
  const navigation = page.getByRole("navigation", { name: "Main navigation" });
  await expect(navigation.getByRole("link", { name: "Projects", exact: true })).toBeInViewport();
  await expectNoViolation(page, "the drawer");
  await page.keyboard.press("Escape");
  await expect(navigation).not.toBeInViewport();
  await page.context().close();
});

test("dialogs and menus pass as well", async ({ browser }) => {
  const { page } = await open(browser, "en", screens["projects"]!);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.getByRole("button", { name: "New project" }).click();
    await expect(page.getByRole("dialog", { name: "New project" })).toBeVisible();
    await expectNoViolation(page, `new project, ${colorScheme}`);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Columns" }).click();
    await expectNoViolation(page, `choice of columns, ${colorScheme}`);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /your menu$/ }).click();
    await expectNoViolation(page, `the person's menu, ${colorScheme}`);
    await page.keyboard.press("Escape");
  }
  await page.context().close();
});

test("what opens above the users passes as well", async ({ organization, enter }) => {
  test.slow();
  const person = await organization.person("Iris Quint", ["Team Member"]);
  const page = await enter(organization, organization.admin, "/users");
  await page.getByRole("button", { name: "Import and export" }).click();
  await expectNoViolation(page, "the menu of files");
  await page.getByRole("menuitem", { name: "Import…" }).click();
  const form = dialog(page, "Import people");
  const lines = ["email;first name;last name;roles", "iris@x.example;Iris;Quint;No such role", "nobody;Noor;;"];
  const buffer = Buffer.from(`${lines.join("\n")}\n`, "utf8");
  await form.getByLabel("File").setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer });
  const asking = dialog(page, "Confirm that it is you");
  await expect(asking).toBeVisible();
  await expectGoodSight(page, "the question for the password");
  await asking.getByLabel("Your password").fill(password);
  await asking.getByRole("button", { name: "Confirm" }).click();
  await expect(form.getByText("2 rows are refused")).toBeVisible();
  await expect(form.getByRole("listitem").first()).toContainText('Roles: There is no role "No such role".');
  await expectGoodSight(page, "an import that is refused");
  await page.keyboard.press("Escape");

  await page.getByRole("checkbox", { name: "Select Iris Quint" }).check();
  const bar = page.getByRole("region", { name: "For the selected rows" });
  await expectGoodSight(page, "ticked people");
  await bar.getByRole("button", { name: "Add role" }).click();
  const question = dialog(page, "Add a role to 1 person");
  await question.getByLabel("Role").selectOption("Project Manager");
  await expect(question.getByRole("list", { name: "What becomes of each" })).toContainText("Iris Quint");
  await expectGoodSight(page, "many people at once");
  await page.keyboard.press("Escape");

  await page.keyboard.press("Control+k");
  await page.keyboard.type("pro");
  await expect(page.getByRole("option", { name: "Projects", exact: true })).toBeVisible();
  await expectGoodSight(page, "the command palette");
  await page.keyboard.press("Escape");

  await page.goto(`${organization.origin}/users/${person.id}`);
  await choose(page, "Roles", "Full Access");
  await expect(page.getByText("1 gains")).toBeVisible();
  await expectGoodSight(page, "what other roles come to");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Deactivate" }).click();
  await dialog(page, "Deactivate Iris Quint?").getByRole("button", { name: "Deactivate" }).click();
  await page.getByRole("button", { name: "Erase for good…" }).click();
  await expect(dialog(page, "Erase Iris Quint for good?").getByText(/^Audit log: \d+ rows?$/)).toBeVisible();
  await expectGoodSight(page, "erasing a person");
});

test("what opens above the licences passes as well", async ({ organization, enter }) => {
  test.slow();
  await organization.person("Iris Quint", ["Project Manager"]);
  const page = await enter(organization, organization.admin, "/manage-account");
  const card = page.locator("section").filter({ has: page.getByRole("heading", { name: "Project Manager" }) });
  await card.getByRole("button", { name: "What if?" }).click();
  const question = dialog(page, "What if Project Manager changed?");
  await question.getByLabel("Seats").fill("0");
  await expect(question.getByText("Project Manager: 0 held instead of unlimited")).toBeVisible();
  await expectGoodSight(page, "what another licence comes to");
  await page.keyboard.press("Escape");
  await page.getByRole("combobox", { name: "New company admin" }).fill("Iris");
  await page.getByRole("option", { name: /Iris Quint/ }).click();
  await page.getByRole("button", { name: "Hand over", exact: true }).click();
  await expect(dialog(page, "Hand complete access over to Iris Quint?")).toBeVisible();
  await expectGoodSight(page, "handing complete access over");
});
