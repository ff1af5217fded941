// A forgotten password: from the sign-in over real mail to the new password.

import { linkIn, mailTo, mailsTo } from "./support/mail.ts";
import { personMenu, signIn } from "./support/screens.ts";
import { sharedOrigin } from "./support/server.ts";
import { expectGoodSight } from "./support/sight.ts";
import { expect, test } from "./support/test.ts";

const secret = "seven boats beside the lighthouse";

test("who forgot the password gets a link by mail, sets a new one and signs in with it", async ({
  page,
  organization,
  enter,
}) => {
  const elsewhere = await enter(organization, organization.admin);
  await expect(personMenu(elsewhere)).toBeVisible();

  await page.goto(organization.origin);
  await page.getByRole("link", { name: "Forgot password?" }).click();
  await expect(page).toHaveURL(`${organization.origin}/forgot-password`);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByLabel("E-mail")).toHaveAccessibleDescription(/needed/);
  await page.getByLabel("E-mail").fill(organization.admin.email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByRole("heading", { name: "Look into your mailbox" })).toBeVisible();

  const mail = await mailTo(organization.admin.email, /password/i);
  expect(mail.text).toContain(organization.name);
  const link = linkIn(mail);
  expect(link.startsWith(`${organization.origin}/reset-password#`)).toBe(true);
  await page.goto(link);
  await expect(page.getByText(organization.admin.email)).toBeVisible();
  await page.getByLabel("New password", { exact: true }).fill("too short");
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByLabel("New password", { exact: true })).toHaveAccessibleDescription(/At least 15 characters/);
  await expectGoodSight(page, "the form of a new password");
  await page.getByLabel("New password", { exact: true }).fill(secret);
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByRole("heading", { name: "Your password is changed" })).toBeVisible();
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await signIn(page, organization.admin, secret);
  await expect(personMenu(page)).toContainText(organization.admin.name);

  // Whoever was signed in with the old one is not any more, and the person is told.
  await expect(elsewhere.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  await expect.poll(async () => (await mailsTo(organization.admin.email)).length).toBeGreaterThan(1);

  // The link was good for once, and says so.
  await page.goto(link);
  await page.reload();
  await expect(page.getByRole("heading", { name: "This link was used already" })).toBeVisible();
  await page.getByRole("link", { name: "Ask for a new link" }).click();
  await expect(page.getByRole("heading", { name: "Forgot your password?" })).toBeVisible();
});

test("an e-mail without an account is answered alike, and gets nothing", async ({ page, organization }) => {
  const stranger = `nobody@${organization.slug}.example`;
  for (const email of [stranger, organization.admin.email]) {
    await page.goto(`${sharedOrigin}/o/${organization.slug}/forgot-password`);
    await page.getByLabel("E-mail").fill(email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await expect(page.getByRole("heading", { name: "Look into your mailbox" })).toBeVisible();
    await expect(page.getByText(`If ${email} has an account here`)).toBeVisible();
  }
  // Requests are taken up one after the other, so by the second one's mail the first one was looked at.
  await mailTo(organization.admin.email, /password/i);
  expect(await mailsTo(stranger)).toEqual([]);
});
