// Many people at once: ticked and changed together, brought in a file, taken along in one.

import { readFile } from "node:fs/promises";

import { confirm, dialog, row, title, toast } from "./support/screens.ts";
import { expect, test } from "./support/test.ts";

test("ticked people get a role together, after a look at what becomes of each", async ({ organization, enter }) => {
  await organization.person("Iris Quint", ["Team Member"]);
  await organization.person("Noor Haddad", ["Team Member"]);
  const page = await enter(organization, organization.admin, "/users");
  await page.getByRole("checkbox", { name: "Select Iris Quint" }).check();
  await page.getByRole("checkbox", { name: "Select Noor Haddad" }).check();
  const bar = page.getByRole("region", { name: "For the selected rows" });
  await expect(bar).toContainText("2 selected");
  await bar.getByRole("button", { name: "Add role" }).click();
  const question = dialog(page, "Add a role to 2 people");
  await question.getByLabel("Role").selectOption("Project Manager");
  await expect(question.getByRole("list", { name: "What becomes of each" })).toContainText("Iris Quint");
  await question.getByRole("button", { name: "Change 2 people" }).click();
  await expect(toast(page, "2 people were changed")).toBeVisible();
  await expect(row(page, "Iris Quint")).toContainText("Project Manager, Team Member");
  await expect(bar).toBeHidden();

  // Oneself is refused, told, and left out.
  await page.getByRole("checkbox", { name: "Select all rows shown" }).check();
  await bar.getByRole("button", { name: "Deactivate" }).click();
  const deactivation = dialog(page, /^Deactivate \d people/);
  await expect(deactivation.getByText("You cannot deactivate yourself.")).toBeVisible();
  await deactivation.getByRole("button", { name: "Leave out 1 refused" }).click();
  await deactivation.getByRole("button", { name: "Deactivate 2 people" }).click();
  await expect(toast(page, "2 people were changed").last()).toBeVisible();
  await expect(row(page, "Noor Haddad")).toContainText("Deactivated");
});

test("people are brought in a file and taken along in one", async ({ organization, enter }) => {
  const page = await enter(organization, organization.admin, "/users");
  await expect(title(page, "Users")).toBeVisible();
  const open = async (entry: string): Promise<void> => {
    await page.getByRole("button", { name: "Import and export" }).click();
    await page.getByRole("menuitem", { name: entry }).click();
  };
  const file = (text: string) => ({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(text, "utf8") });
  await open("Import…");
  const form = dialog(page, "Import people");
  await form.getByLabel("File").setInputFiles(file("email;first name;last name;roles\niris@x.example;Iris;Quint;No such role\n"));
  // Whoever brings a file may open many doors at once: it asks for the password.
  await confirm(page);
  await expect(form.getByText('There is no role "No such role".')).toBeVisible();
  await expect(form.getByText("Line 2")).toBeVisible();
  await form
    .getByLabel("File")
    .setInputFiles(file("email;first name;last name;roles\niris@x.example;Iris;Quint;Team Member\nnoor@x.example;Noor;Haddad;\n"));
  await expect(form.getByText("2 added")).toBeVisible();
  await form.getByRole("button", { name: "Import 2 rows" }).click();
  await expect(toast(page, "The file was imported")).toBeVisible();
  await expect(row(page, "noor@x.example")).toContainText("Noor Haddad");

  const download = page.waitForEvent("download");
  await open("Export as CSV");
  const kept = await download;
  expect(kept.suggestedFilename()).toMatch(/^people-\d{4}-\d{2}-\d{2}\.csv$/);
  const text = await readFile(await kept.path(), "utf8");
  expect(text).toContain("iris@x.example,Iris,Quint,en,Team Member,no,yes");
});

test("complete access is handed over, after the password", async ({ organization, enter }) => {
  const heir = await organization.person("Iris Quint", ["Project Manager"]);
  const page = await enter(organization, organization.admin, "/manage-account");
  const box = page.getByRole("combobox", { name: "New company admin" });
  await box.fill("Iris");
  await page.getByRole("option", { name: /Iris Quint/ }).click();
  await page.getByRole("button", { name: "Hand over", exact: true }).click();
  const question = dialog(page, "Hand complete access over to Iris Quint?");
  await expect(question).toContainText("Only Iris Quint can give complete access back to you");
  await question.getByRole("button", { name: "Hand over" }).click();
  await confirm(page);
  await expect(toast(page, "Iris Quint is company admin now")).toBeVisible();
  await expect(page.getByRole("link", { name: "Manage Account" })).toHaveCount(0);
  const heirs = await enter(organization, heir, "/manage-account");
  await expect(title(heirs, /./)).toBeVisible();
  await expect(heirs.getByRole("heading", { name: "Licence consumption" })).toBeVisible();
});
