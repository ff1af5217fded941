// Every screen, as everybody must be able to use it: light and dark, wide and narrow, in both languages. One table
// lists them all; a screen that is not in it is not looked at.

import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "@playwright/test";

import type { Page as ListPage, Project, Role, User } from "./support/api.ts";
import { Organization, type Account } from "./support/organization.ts";
import { expect, listen, signedIn, test } from "./support/test.ts";

/** The ids of one of each, in the demo data. */
interface Samples {
  project: string;
  person: string;
  role: string;
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
  "sign-in": { path: "/", as: "nobody" },
  "forgot-password": { path: "/forgot-password", as: "nobody" },
  "reset-password-lost": { path: "/reset-password#nothing", as: "nobody", refused: true },
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
  // The days in the chain are others every day.
  explain: {
    path: ({ person, project }) =>
      `/users/explain?user=${person}&menu=project_general&operation=update&project=${project}`,
    kept: false,
  },
  "explain-nobody": { path: "/users/explain" },
  person: { path: ({ person }) => `/users/${person}` },
  role: { path: ({ role }) => `/roles/${role}` },
  "role-new": { path: "/roles/new", kept: false },
  "licence-consumption": { path: "/manage-account" },
  "general-data": { path: "/general-data" },
  "project-parameters": { path: "/project-parameters" },
  profile: { path: "/profile", kept: false },
  "api-tokens": { path: "/profile/api-tokens", kept: false },
  "api-tokens-new": { path: "/profile/api-tokens/new", kept: false },
  integrations: { path: "/integrations", kept: false },
  "not-found": { path: "/no-such-screen" },
  forbidden: { path: "/users", as: "member", refused: true },
  gallery: { path: "/_gallery", kept: false },
};

const places = {
  en: { organization: Organization.demo("atlas"), member: "mei.tanaka@atlas.example", project: "Harbour Bridge" },
  es: { organization: Organization.demo("viento-sur"), member: "noelia.campos@viento-sur.example", project: "" },
} as const;

const wide = { width: 1440, height: 900 };
const narrow = { width: 390, height: 844 };

type Language = keyof typeof places;

/** One of each that both the admin and the member see. */
async function samples(language: Language): Promise<Samples> {
  const { organization, member, project } = places[language];
  const [api, members] = await Promise.all([organization.api(), organization.api({ email: member, name: member })]);
  const [projects, people, roles] = await Promise.all([
    members.get<ListPage<Project>>(`/my-projects?sort=name&q=${encodeURIComponent(project)}`),
    api.get<ListPage<User>>(`/users?q=${encodeURIComponent(member)}`),
    api.get<Role[]>("/roles"),
  ]);
  const role = roles.find((one) => one.licence_type === "project_manager");
  return { project: projects.items[0]!.id, person: people.items[0]!.id, role: role!.id };
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

const standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Axe finds nothing, by the standards or by the rules that are named. */
async function expectNoViolation(page: Page, where: string, rules?: string[]): Promise<void> {
  const axe = new AxeBuilder({ page });
  const results = await (rules ? axe.withRules(rules) : axe.withTags(standards)).analyze();
  const told = results.violations.map(({ id, help, nodes }) => ({
    id,
    help,
    at: nodes.slice(0, 5).map((node) => `${node.target.join(" ")} :: ${node.html.slice(0, 160)}`),
  }));
  expect(told, where).toEqual([]);
}

/** How far the page, or anything in it that is not meant to scroll, reaches beyond the window. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth));

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
      await expect.poll(() => overflow(page), `${name} at ${size.width} pixels reaches beyond the window`).toBe(0);
      await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
      await expectNoViolation(page, `${name}, light, ${size.width} pixels`);
      // In the dark only the colours are others.
      await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
      await expectNoViolation(page, `${name}, dark, ${size.width} pixels`, ["color-contrast"]);
    }
    // What is half as wide is what people see who enlarge to 200 %.
    await page.setViewportSize({ width: wide.width / 2, height: wide.height / 2 });
    await expect.poll(() => overflow(page), `${name} at 200 % reaches beyond the window`).toBe(0);
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
      await expect.poll(() => overflow(page), `${name} in Spanish reaches beyond the window`).toBe(0);
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });
}

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
