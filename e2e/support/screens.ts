// What journeys find on every screen.

import { expect, type Locator, type Page } from "@playwright/test";

import { password, type Account } from "./organization.ts";

/** Fills the sign-in and sends it. */
export async function signIn(page: Page, account: Account, secret = password): Promise<void> {
  await page.getByLabel("E-mail").fill(account.email);
  await page.getByLabel("Password", { exact: true }).fill(secret);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Types one's password where the app asks for it once more. */
export async function confirm(page: Page, secret = password): Promise<void> {
  const asking = dialog(page, "Confirm that it is you");
  await asking.getByLabel("Your password").fill(secret);
  await asking.getByRole("button", { name: "Confirm" }).click();
}

/** The button at the end of the rail; who is signed in stands on it. */
export const personMenu = (page: Page): Locator => page.getByRole("button", { name: /(your menu|tu menú)$/ });

export const title = (page: Page, name: string | RegExp): Locator =>
  page.getByRole("heading", { level: 1, name, exact: typeof name === "string" });

/** What has just happened, at the edge of the window. */
export const toast = (page: Page, text: string | RegExp): Locator =>
  page.getByRole("status", { name: "Messages" }).getByText(text);

export const row = (page: Page, text: string | RegExp): Locator => page.getByRole("row").filter({ hasText: text });

export const dialog = (page: Page, name: string | RegExp): Locator => page.getByRole("dialog", { name });

/** What somebody sees who comes back to the window. */
export async function comeBack(page: Page): Promise<void> {
  const asked = page.waitForResponse((response) => response.url().endsWith("/api/v1/session"));
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await asked;
}

/** Takes one of the choices of a box that one types into. */
export async function choose(scope: Locator | Page, label: string, option: string): Promise<void> {
  const box = scope.getByRole("combobox", { name: label });
  await box.fill(option);
  await scope.getByRole("option", { name: option }).first().click();
  await box.press("Escape");
}

/** The text below a field that says what is wrong with it. */
export async function expectProblem(field: Locator, text: string | RegExp): Promise<void> {
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveAccessibleDescription(text);
}
