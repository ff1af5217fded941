// The command palette: everything one may open or do, from one box, by the keyboard and on a phone.

import { dialog, title } from "./support/screens.ts";
import { expectNoViolation } from "./support/sight.ts";
import { expect, test } from "./support/test.ts";

const palette = { name: "Search or go to" };

test("screens, projects, people and actions are found and opened by the keyboard alone", async ({ organization, enter }) => {
  const api = await organization.api();
  await api.project("Harbour Bridge");
  await organization.person("Iris Quint", ["Project Manager"]);
  const page = await enter(organization, organization.admin);
  await expect(title(page, /./)).toBeVisible();

  await page.keyboard.press("Control+k");
  const box = page.getByRole("combobox", palette);
  await expect(box).toBeFocused();
  await page.keyboard.type("rol def");
  await expect(page.getByRole("option", { name: "Role Definition" })).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(title(page, "Role Definition")).toBeVisible();

  await page.keyboard.press("/");
  await page.keyboard.type("harbour");
  await expect(page.getByRole("option", { name: /Harbour Bridge/ })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(title(page, "Harbour Bridge")).toBeVisible();

  await page.keyboard.press("Control+k");
  // What was opened lately comes first.
  await expect(page.getByRole("group", { name: "Recent" }).getByRole("option").first()).toContainText("Harbour Bridge");
  await page.keyboard.type("quint");
  await expect(page.getByRole("option", { name: /Iris Quint/ })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(title(page, "Iris Quint")).toBeVisible();

  await page.keyboard.press("Control+k");
  await page.keyboard.type("new proj");
  await page.keyboard.press("Enter");
  await expect(dialog(page, "New project")).toBeVisible();
  // Above a dialog the palette stays away.
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", palette)).toBeHidden();
});

test("nobody finds what they may not open, and `/` is a letter where one types", async ({ organization, enter }) => {
  const api = await organization.api();
  await api.project("Harbour Bridge");
  const member = await organization.person("Noor Haddad", ["Team Member"]);
  const page = await enter(organization, member);
  await expect(title(page, /./)).toBeVisible();
  await page.keyboard.press("Control+k");
  const box = page.getByRole("combobox", palette);
  for (const words of ["users", "harbour", "new project", "ada moreau"]) {
    await box.fill(words);
    await expect(page.getByRole("dialog", palette).getByRole("status").first()).toContainText(/^0 results$/);
  }
  await box.fill("a/b");
  await expect(box).toHaveValue("a/b");
  await page.keyboard.press("Escape");
  await expect(box).toBeHidden();
});

test("it is whole on a phone, light and dark", async ({ organization, enter }) => {
  const page = await enter(organization, organization.admin);
  await page.setViewportSize({ width: 390, height: 844 });
  // The rail leaves with its own way to it.
  const search = page.getByRole("button", { name: "Search or go to" });
  await expect(search).toHaveCount(1);
  await search.click();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectNoViolation(page, `the command palette, ${colorScheme}`);
  }
  await page.getByRole("option", { name: "General Data" }).click();
  await expect(title(page, "General Data")).toBeVisible();
});
