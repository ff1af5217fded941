// Somebody is invited: from the list of users over real mail to the first sign-in, and what a link says that works no
// more.

import { linkIn, mailTo } from "./support/mail.ts";
import { dialog, expectProblem, personMenu, row, signIn, title, toast } from "./support/screens.ts";
import { expectGoodSight } from "./support/sight.ts";
import { expect, listen, test } from "./support/test.ts";

const secret = "seven boats beside the lighthouse";
/** A link that works no more is answered 410, which the browser writes to its console by itself. */
const refusal = /^Failed to load resource:/;

test("somebody is invited, comes in by the mail and is there; whoever invited is told", async ({
  page,
  organization,
  enter,
  browser,
  complaints,
}) => {
  test.slow();
  const { admin, name, origin, slug } = organization;
  const email = `noor.haddad@${slug}.example`;
  await page.goto(origin);
  await signIn(page, admin);
  await page.getByRole("link", { name: "Users", exact: true }).click();
  await page.getByRole("button", { name: "Invite" }).click();
  const side = page.getByRole("complementary", { name: "Invitations" });
  await expect(side.getByText("Nobody is invited")).toBeVisible();
  const field = side.getByLabel("E-mail");
  await expect(field).toBeFocused();
  await field.fill("noor.haddad");
  await side.getByRole("button", { name: "Send invitation" }).click();
  await expectProblem(field, /such as ana@example.org/);
  await field.fill(email);
  await side.getByRole("button", { name: "Send invitation" }).dblclick();
  await expect(toast(page, `An invitation is on its way to ${email}`)).toBeVisible();
  await expect(side.getByRole("listitem")).toHaveCount(1);
  await expect(side.getByRole("listitem")).toContainText(`Sent by ${admin.name}`);
  await expect(field).toHaveValue("");

  const mail = await mailTo(email, /invites you/);
  expect(mail.subject).toBe(`${admin.name} invites you to ${name}`);
  const link = linkIn(mail);
  expect(link.startsWith(`${origin}/accept-invitation#`)).toBe(true);

  // In a browser that has never been here.
  const context = await browser.newContext({ locale: "en-GB" });
  listen(context, complaints, refusal);
  const theirs = await context.newPage();
  await theirs.goto(link);
  await expect(title(theirs, `Welcome to ${name}`)).toBeVisible();
  await expect(theirs.getByText(`${admin.name} invites you as ${email}.`)).toBeVisible();
  const first = theirs.getByLabel("First name");
  const last = theirs.getByLabel("Last name");
  const password = theirs.getByLabel("Password", { exact: true });
  const accept = theirs.getByRole("button", { name: "Accept and come in" });
  await expect(first).toBeFocused();
  await first.fill("Noor");
  // Another language would build the page anew: what was typed is not lost without a question.
  await theirs.getByRole("button", { name: "Español" }).click();
  await dialog(theirs, "Leave without saving?").getByRole("button", { name: "Cancel" }).click();
  await expect(first).toHaveValue("Noor");
  await password.fill("too short");
  await accept.click();
  await expectProblem(last, /needed/);
  await expectProblem(password, /At least 15 characters/);
  await expectGoodSight(theirs, "the form of the invited");
  await last.fill("Haddad");
  // What only the server knows comes back to the field as well, and nothing that was typed is gone.
  await password.fill(email);
  await accept.click();
  await expectProblem(password, /may not be your e-mail/);
  await expect(first).toHaveValue("Noor");
  await expect(last).toHaveValue("Haddad");
  await password.fill(secret);
  await accept.dblclick();
  await expect(personMenu(theirs)).toContainText("Noor Haddad");
  await expect(theirs).toHaveURL(`${origin}/`);
  await theirs.reload();
  await expect(personMenu(theirs)).toContainText("Noor Haddad");

  // Whoever invited is told by mail, and finds the person among the users and not among the invited.
  const told = await mailTo(admin.email, /has accepted your invitation/);
  expect(told.text).toContain(`Noor Haddad (${email})`);
  await page.reload();
  await expect(side.getByText("Nobody is invited")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(row(page, email)).toContainText("Noor Haddad");
  await expect(row(page, email)).toContainText("Team Member");

  // The link was good for once, and says so; the password is good for more.
  await theirs.goto("about:blank");
  await theirs.goto(link);
  await expect(title(theirs, "This invitation was accepted already")).toBeVisible();
  const again = await browser.newContext({ locale: "en-GB" });
  listen(again, complaints, refusal);
  const elsewhere = await again.newPage();
  await elsewhere.goto(link);
  await elsewhere.getByRole("link", { name: "Back to sign-in" }).click();
  await signIn(elsewhere, { email, name: "Noor Haddad" }, secret);
  await expect(personMenu(elsewhere)).toContainText("Noor Haddad");
  await Promise.all([context.close(), again.close()]);
});

test("an invitation that is sent again has a new link, and one that is taken back has none", async ({
  page,
  organization,
  enter,
}) => {
  const email = `noor.haddad@${organization.slug}.example`;
  const admins = await enter(organization, organization.admin, "/users?open=invitations");
  const side = admins.getByRole("complementary", { name: "Invitations" });
  await side.getByLabel("E-mail").fill(email);
  await side.getByLabel("Language of the mail").selectOption("Español");
  await side.getByRole("button", { name: "Send invitation" }).click();
  const first = linkIn(await mailTo(email, /te invita/));
  await side.getByRole("button", { name: `Send again to ${email}` }).click();
  const second = linkIn(await mailTo(email, /te invita/, 1));
  expect(second).not.toBe(first);
  await page.goto(first);
  await expect(title(page, /works no more|leads nowhere/)).toBeVisible();

  // It is taken back while somebody fills the form in.
  await page.goto("about:blank");
  await page.goto(second);
  await expect(page.getByLabel("Language").locator("option:checked")).toHaveText("Español");
  await page.getByLabel("First name").fill("Noor");
  await page.getByLabel("Last name").fill("Haddad");
  await page.getByLabel("Password", { exact: true }).fill(secret);
  await side.getByRole("button", { name: `Take back the invitation of ${email}` }).click();
  await dialog(admins, `Take back the invitation of ${email}?`).getByRole("button", { name: "Take back" }).click();
  await expect(toast(admins, `The invitation of ${email} is taken back`)).toBeVisible();
  await expect(side.getByText("Nobody is invited")).toBeVisible();
  await page.getByRole("button", { name: "Accept and come in" }).click();
  await expect(title(page, "This invitation works no more")).toBeVisible();
  await page.reload();
  await expect(title(page, "This invitation works no more")).toBeVisible();
  await expect(page.getByText("It was taken back")).toBeVisible();
});
