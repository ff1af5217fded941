// Mails as people get them: sent by the worker, over SMTP, in their language.

import { linkIn, mailTo } from "./support/mail.ts";
import { personMenu, signIn, title } from "./support/screens.ts";
import { expect, test } from "./support/test.ts";

test("a browser that is new to an account is told of by mail, and the mail leads to one's sessions", async ({
  page,
  organization,
  enter,
}) => {
  const { admin, origin } = organization;
  const known = await enter(organization, admin);
  await expect(personMenu(known)).toContainText(admin.name);
  await page.goto(origin);
  await signIn(page, admin);
  await expect(personMenu(page)).toContainText(admin.name);

  const mail = await mailTo(admin.email, /New sign-in to/);
  expect(mail.to).toBe(`${admin.name} <${admin.email}>`);
  expect(mail.text).toContain("Device: Chrome on Linux");
  expect(mail.html).toContain(`<html lang="en">`);
  expect(linkIn(mail)).toBe(`${origin}/profile`);
  await page.goto(linkIn(mail));
  await expect(title(page, "My profile")).toBeVisible();
});
