// What an organization and a person set for themselves.

import { password } from "./support/organization.ts";
import { choose, comeBack, dialog, expectProblem, personMenu, signIn, title, toast } from "./support/screens.ts";
import { expect, test } from "./support/test.ts";

test("General Data is changed, checked, kept, and merged when two change it at once", async ({ organization, enter }) => {
  const page = await enter(organization, organization.admin, "/general-data");
  const minimum = page.getByLabel("Minimum password length");
  await expect(minimum).toHaveValue("15");
  await minimum.fill("7");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expectProblem(minimum, /beyond the limit|At least/);
  await minimum.fill("12");
  await expect(page.getByText("Below 15 characters, passwords are easier to guess")).toBeVisible();
  await page.getByLabel("Name", { exact: true }).fill("Quayside Timber & Sons");
  await choose(page, "Country", "Portugal");
  await page.getByLabel("First day of the week").selectOption("Sunday");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(toast(page, "General Data saved")).toBeVisible();
  await expect(page.getByRole("banner").getByText("Quayside Timber & Sons")).toBeVisible();
  await page.reload();
  await expect(minimum).toHaveValue("12");
  await expect(page.getByRole("combobox", { name: "Country" })).toHaveValue("Portugal");

  const api = await organization.api();
  await api.patch("/general-data", { city: "Porto", phone: "+351 22 555 0100" });
  await page.getByLabel("Postal code and city").fill("Lisboa");
  await page.getByRole("button", { name: "Save changes" }).click();
  const merge = dialog(page, "Changed by someone else meanwhile");
  await merge.getByRole("radio", { name: /Theirs\s*Porto/ }).check();
  await merge.getByRole("button", { name: "Save the choice" }).click();
  await expect(page.getByLabel("Postal code and city")).toHaveValue("Porto");
  await expect(page.getByLabel("Phone")).toHaveValue("+351 22 555 0100");
});

test("those who may only look at General Data are told so", async ({ organization, enter }) => {
  const api = await organization.api();
  await api.post("/roles", { name: "Reader", licence_type: "full_access", grants: { general_data: { view: true } } });
  const reader = await organization.person("Rita Moss", ["Reader"]);
  const page = await enter(organization, reader, "/general-data");
  await expect(page.getByText("You can see General Data but not change it")).toBeVisible();
  await expect(page.getByLabel("Name", { exact: true })).toBeDisabled();
  await expect(page.getByRole("button", { name: "Save changes" })).toHaveCount(0);
});

test("the lists that projects choose from are added to, put in order and cleared", async ({ organization, enter }) => {
  const page = await enter(organization, organization.admin, "/project-parameters");
  const entries = page.getByRole("list", { name: "Entries of Priority" }).getByRole("listitem");
  await page.getByRole("tab", { name: "Priority" }).click();
  await expect(page).toHaveURL(/list=priority/);
  const before = await entries.count();

  await page.getByRole("button", { name: "Add entry" }).click();
  const adding = dialog(page, "Add an entry to Priority");
  await adding.getByLabel("Name in English").fill("Drop everything");
  await adding.getByLabel("Name in Spanish").fill("Ya mismo");
  await adding.getByRole("radio", { name: "Crimson" }).check();
  await adding.getByRole("button", { name: "Add entry" }).click();
  await expect(toast(page, "\"Drop everything\" was added")).toBeVisible();
  await expect(entries).toHaveCount(before + 1);
  await expect(entries.last()).toContainText("Drop everything");

  const up = page.getByRole("button", { name: "Move \"Drop everything\" up" });
  await up.click();
  await expect(entries.nth(before - 1)).toContainText("Drop everything");
  await page.reload();
  await expect(entries.nth(before - 1)).toContainText("Drop everything");

  const actions = page.getByRole("button", { name: "Actions of \"Drop everything\"" });
  await actions.click();
  await page.getByRole("menuitem", { name: "Edit" }).click();
  const changing = dialog(page, "Change \"Drop everything\"");
  await changing.getByLabel("Name in English").fill("At once");
  await changing.getByRole("button", { name: "Save changes" }).click();
  await expect(toast(page, "\"At once\" was saved")).toBeVisible();

  await page.getByRole("button", { name: "Actions of \"At once\"" }).click();
  await page.getByRole("menuitem", { name: "Make it the default" }).click();
  await expect(toast(page, "New projects now get \"At once\"")).toBeVisible();
  const project = await (await organization.api()).project("Boathouse");
  expect(project).toMatchObject({ priority: { name_en: "At once", name_es: "Ya mismo" } });

  await page.reload();
  await page.getByRole("button", { name: "Actions of \"At once\"" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(dialog(page, "\"At once\" cannot be deleted")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Actions of \"Low\"" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await dialog(page, "Delete \"Low\"?").getByRole("button", { name: "Delete entry" }).click();
  await expect(toast(page, "\"Low\" was deleted")).toBeVisible();
  await expect(entries).toHaveCount(before);
});

test("the language changes at once, and goes with the person to the next browser", async ({ organization, enter }) => {
  const page = await enter(organization, organization.admin, "/profile");
  await page.getByLabel("Language").selectOption("Español");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(title(page, "Mi perfil")).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "es");
  await expect(page.getByRole("link", { name: "Mis proyectos" })).toBeVisible();

  const next = await enter(organization, organization.admin, "/profile");
  await expect(title(next, "Mi perfil")).toBeVisible();
  await personMenu(next).click();
  await next.getByRole("menuitemradio", { name: "English" }).click();
  await expect(title(next, "My profile")).toBeVisible();
  await comeBack(page);
  await expect(title(page, "My profile")).toBeVisible();
});

test("the theme is chosen in the person's menu and kept by the browser", async ({ organization, enter }) => {
  const page = await enter(organization, organization.admin, "/profile");
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await expect(title(page, "My profile")).toBeVisible();
  const light = await ground();
  await personMenu(page).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await expect.poll(ground).not.toBe(light);
  const dark = await ground();
  await page.reload();
  await expect(title(page, "My profile")).toBeVisible();
  expect(await ground()).toBe(dark);
});

test("a new password ends all other sessions", async ({ page, organization, enter }) => {
  const lena = await organization.person("Lena Farrow", ["Team Member"]);
  const other = await enter(organization, lena, "/profile");
  await expect(title(other, "My profile")).toBeVisible();
  const here = await enter(organization, lena, "/profile");
  const change = here.getByRole("button", { name: "Change password" });
  const present = here.getByLabel("Current password");
  const next = here.getByLabel("New password");

  await present.fill("not the present one");
  await next.fill("lanterns above the quay");
  await change.click();
  await expectProblem(present, /This is not your password/);
  await present.fill(password);
  await next.fill(lena.email);
  await change.click();
  await expectProblem(next, /may not be your e-mail/);
  await next.fill("lanterns above the quay");
  await change.click();
  await expect(toast(here, "Your password is changed")).toBeVisible();

  // At once, though nobody looks at the window.
  await expect(other.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  await here.reload();
  await expect(title(here, "My profile")).toBeVisible();
  await page.goto(organization.origin);
  await signIn(page, lena);
  await expect(page.getByRole("alert")).toContainText("E-mail or password is wrong");
  await signIn(page, lena, "lanterns above the quay");
  await expect(personMenu(page)).toContainText(lena.name);
});

test("people see their sessions and end them", async ({ organization, enter }) => {
  const lena = await organization.person("Lena Farrow", ["Team Member"]);
  const [here, second, third] = [
    await enter(organization, lena, "/profile"),
    await enter(organization, lena, "/profile"),
    await enter(organization, lena, "/profile"),
  ];
  await expect(title(second, "My profile")).toBeVisible();
  await expect(title(third, "My profile")).toBeVisible();
  await here.reload();
  const ends = here.getByRole("button", { name: /^End the session of/ });
  await expect(ends).toHaveCount(2);
  await expect(here.getByText("This session", { exact: true })).toBeVisible();
  await ends.first().click();
  await expect(toast(here, /The session of .* is over/)).toBeVisible();
  await expect(ends).toHaveCount(1);
  await here.getByRole("button", { name: "End all others" }).click();
  await dialog(here, "End 1 other session?").getByRole("button", { name: "End all others" }).click();
  await expect(toast(here, "All other sessions are over")).toBeVisible();
  await expect(here.getByText("You are signed in nowhere else.")).toBeVisible();
  for (const page of [second, third]) {
    // At once, though nobody looks at the window.
    await expect(page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  }
});
