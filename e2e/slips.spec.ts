// Slips: what is typed wrongly, pressed twice, sent without a network or given up half-way, on the screens that change who
// may come in. Nothing typed is lost, nothing happens twice, and each says what is wrong.

import type { Page } from "@playwright/test";

import type { Page as ListPage, User } from "./support/api.ts";
import { linkIn, mailTo, mailsTo } from "./support/mail.ts";
import { password } from "./support/organization.ts";
import { confirm, dialog, expectProblem, personMenu, signIn, title, toast } from "./support/screens.ts";
import { expect, listen, test } from "./support/test.ts";

const secret = "seven boats beside the lighthouse";
const unreachable = "Portico cannot be reached";

async function withoutNetwork(page: Page, deed: () => Promise<void>): Promise<void> {
  await page.context().setOffline(true);
  await deed();
  await page.context().setOffline(false);
}

test("the form of the invited keeps what was typed while the network is away", async ({
  browser,
  organization,
  complaints,
}) => {
  const email = `noor.haddad@${organization.slug}.example`;
  await (await organization.api()).post("/invitations", { email });
  const link = linkIn(await mailTo(email, /invites you/));
  const context = await browser.newContext({ locale: "en-GB" });
  listen(context, complaints);
  const page = await context.newPage();
  await page.goto(link);
  // Half a link is no link, and says so.
  await page.goto("about:blank");
  await page.goto(link.slice(0, -5));
  await expect(title(page, "This link leads nowhere")).toBeVisible();
  await page.goto("about:blank");
  await page.goto(link);
  await page.getByLabel("First name").fill("Noor");
  await page.getByLabel("Last name").fill("Haddad");
  await page.getByLabel("Password", { exact: true }).fill(secret);
  await withoutNetwork(page, async () => {
    await page.getByRole("button", { name: "Accept and come in" }).click();
    await expect(page.getByRole("alert")).toContainText(unreachable);
  });
  await expect(page.getByLabel("Last name")).toHaveValue("Haddad");
  await page.getByRole("button", { name: "Accept and come in" }).click();
  await expect(personMenu(page)).toContainText("Noor Haddad");
  // Going back leads to a link that is used, not to a form that could be sent again.
  await page.goBack();
  await expect(title(page, "This invitation was accepted already")).toBeVisible();
  await context.close();
});

test("a link for a new password is asked for once, whatever the finger and the network do", async ({
  page,
  organization,
}) => {
  const { admin, origin } = organization;
  await page.goto(`${origin}/forgot-password`);
  await page.getByLabel("E-mail").fill(admin.email.replace("@", " at "));
  await page.getByRole("button", { name: "Send the link" }).click();
  await expectProblem(page.getByLabel("E-mail"), /such as ana@example.org/);
  await page.getByLabel("E-mail").fill(` ${admin.email} `);
  await withoutNetwork(page, async () => {
    await page.getByRole("button", { name: "Send the link" }).click();
    await expect(page.getByRole("alert")).toContainText(unreachable);
  });
  await page.getByRole("button", { name: "Send the link" }).dblclick();
  await expect(title(page, "Look into your mailbox")).toBeVisible();
  const link = linkIn(await mailTo(admin.email, /password/i));
  await page.goto(link);
  await page.getByLabel("New password", { exact: true }).fill(secret);
  await withoutNetwork(page, async () => {
    await page.getByRole("button", { name: "Set password" }).click();
    await expect(page.getByRole("alert")).toContainText(unreachable);
  });
  await page.reload();
  await page.getByLabel("New password", { exact: true }).fill(secret);
  await page.getByRole("button", { name: "Set password" }).dblclick();
  await expect(title(page, "Your password is changed")).toBeVisible();
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await signIn(page, admin, secret);
  await expect(personMenu(page)).toContainText(admin.name);
  const asked = (await mailsTo(admin.email)).filter((mail) => /^Set a new password/.test(mail.subject));
  expect(asked).toHaveLength(1);
});

test("sign-in settings take no nonsense, and are saved once the network is back", async ({ organization, enter }) => {
  const page = await enter(organization, organization.admin, "/sign-in-settings");
  const idle = page.getByLabel("Ends unused after");
  const save = page.getByRole("button", { name: "Save changes" });
  for (const [typed, words] of [["soon", /whole number/], ["", /needed/], ["0", /./], ["400", /./]] as const) {
    await idle.fill(typed);
    await save.click();
    await expectProblem(idle, words);
  }
  await idle.fill("2");
  await page.getByRole("link", { name: "Audit Log" }).click();
  await dialog(page, "Leave without saving?").getByRole("button", { name: "Cancel" }).click();
  await expect(idle).toHaveValue("2");
  await withoutNetwork(page, async () => {
    await save.click();
    await expect(page.getByRole("alert")).toContainText(unreachable);
  });
  await expect(idle).toHaveValue("2");
  await save.dblclick();
  await expect(toast(page, "Sign-in settings saved")).toHaveCount(1);
  await page.reload();
  await expect(idle).toHaveValue("2");
});

test("a token is made once, and what was chosen for it survives the network and the password", async ({
  organization,
  enter,
}) => {
  const page = await enter(organization, organization.admin, "/profile/api-tokens/new");
  const create = page.getByRole("button", { name: "Create token" });
  const name = page.getByLabel("Name");
  await create.click();
  await expectProblem(name, /needed/);
  await name.fill("Monthly report");
  await page.getByLabel("Only from these addresses").fill("the office");
  const scope = page.getByRole("checkbox", { name: "Users: View", exact: true });
  await scope.click();
  await create.click();
  await expectProblem(page.getByLabel("Only from these addresses"), /./);
  await page.getByLabel("Only from these addresses").fill("127.0.0.0/8");
  await withoutNetwork(page, async () => {
    await create.click();
    await expect(page.getByRole("alert")).toContainText(unreachable);
  });
  await create.dblclick();
  // Who does not know the password changes nothing, and loses nothing.
  const asking = dialog(page, "Confirm that it is you");
  await asking.getByLabel("Your password").fill("not the present one");
  await asking.getByRole("button", { name: "Confirm" }).click();
  await expectProblem(asking.getByLabel("Your password"), /not your password/);
  await asking.getByRole("button", { name: "Cancel" }).click();
  await expect(name).toHaveValue("Monthly report");
  await expect(scope).toBeChecked();
  await create.click();
  await confirm(page);
  await expect(title(page, "Token created")).toBeVisible();
  await page.goBack();
  await page.goto(`${organization.origin}/profile/api-tokens`);
  await expect(page.getByRole("listitem").filter({ hasText: "Monthly report" })).toHaveCount(1);
  await expect(page.getByText(/prt_/)).toHaveCount(0);
});

test("complete access is handed over once, and not without network or password", async ({ organization, enter }) => {
  await organization.person("Iris Quint", ["Project Manager"]);
  const page = await enter(organization, organization.admin, "/manage-account");
  const box = page.getByRole("combobox", { name: "New company admin" });
  await box.fill("nobody of that name");
  await expect(page.getByText("Nothing found")).toBeVisible();
  await box.fill("Iris");
  await page.getByRole("option", { name: /Iris Quint/ }).click();
  await page.getByRole("button", { name: "Hand over", exact: true }).click();
  const question = dialog(page, "Hand complete access over to Iris Quint?");
  const handOver = question.getByRole("button", { name: "Hand over" });
  await withoutNetwork(page, async () => {
    await handOver.click();
    await expect(question.getByRole("alert")).toContainText(unreachable);
  });
  await handOver.dblclick();
  await dialog(page, "Confirm that it is you").getByRole("button", { name: "Cancel" }).click();
  await expect(question.getByRole("alert")).toBeVisible();
  await expect(page.getByRole("link", { name: "Manage Account" })).toBeAttached();
  await handOver.click();
  await confirm(page);
  await expect(toast(page, "Iris Quint is company admin now")).toHaveCount(1);
  await expect(page.getByRole("link", { name: "Manage Account" })).toHaveCount(0);
});

test("nobody is erased by a slip, and of who is erased nothing stays on the screen", async ({ organization, enter }) => {
  const person = await organization.person("Noor Haddad", ["Team Member"]);
  const api = await organization.api();
  await api.ask("POST", `/users/${person.id}/deactivate`, undefined, person.version);
  const page = await enter(organization, organization.admin, `/users/${person.id}`);
  await page.getByRole("button", { name: "Erase for good…" }).click();
  const question = dialog(page, "Erase Noor Haddad for good?");
  const erase = question.getByRole("button", { name: "Erase for good" });
  const field = question.getByLabel("Type “Noor Haddad” to go on");
  await field.fill("Noor");
  await expect(erase).toHaveAttribute("aria-disabled", "true");
  await field.fill("Noor Haddad ");
  await withoutNetwork(page, async () => {
    await erase.click();
    await expect(question.getByRole("alert")).toContainText(unreachable);
  });
  await erase.dblclick();
  await dialog(page, "Confirm that it is you").getByRole("button", { name: "Cancel" }).click();
  expect((await api.get<User>(`/users/${person.id}`)).first_name).toBe("Noor");
  await erase.click();
  await confirm(page, password);
  await expect(toast(page, /^Erased\. Person [0-9A-F]+ stands in their place$/)).toBeVisible();
  await expect(title(page, /^Person [0-9A-F]+$/)).toBeVisible();
  // The form forgets with the rest, and offers nothing any more.
  await expect(page.getByLabel("Last name")).toBeDisabled();
  await expect(page.getByLabel("E-mail")).not.toHaveValue(person.email);
  await expect(page.getByRole("main")).not.toContainText("Haddad");
  await expect(page.getByRole("button", { name: "Save changes" })).toHaveCount(0);
  const found = await api.get<ListPage<User>>("/users?q=haddad");
  expect(found.items).toEqual([]);
});
