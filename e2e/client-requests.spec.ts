// What clients ask for: a copy that goes through the hands of several operators, and an erasure that two of them think over.

import type { Browser, Locator, Page } from "@playwright/test";

import { consoleOrigin, enterConsole } from "./support/console.ts";
import type { Organization } from "./support/organization.ts";
import { confirm, dialog, expectProblem, row, title, toast } from "./support/screens.ts";
import { expectGoodSight } from "./support/sight.ts";
import { expect, test } from "./support/test.ts";

/** The public half of a key, as `age-keygen` prints it. */
const recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

/** The console of another operator of these teams, in a browser of their own. */
async function operatorAt(browser: Browser, path: string, ...teams: string[]): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await enterConsole(page, path, ...teams);
  return page;
}

const panelOf = (page: Page, organization: Organization): Locator =>
  page.getByRole("complementary", { name: organization.name });

/** How far the request in the panel has come. */
const standing = (panel: Locator): Locator => panel.locator("#request-standing");

/** Writes down what a client asks for, and gives the address of the request. */
async function writeDown(page: Page, organization: Organization, heading: string, requester: string): Promise<string> {
  await page.getByRole("button", { name: "New request" }).click();
  const asking = dialog(page, heading);
  await asking.getByLabel("Word in its addresses").fill(organization.slug);
  await asking.getByLabel("Requested by").fill(requester);
  await asking.getByLabel("Evidence").fill("Their letter of 20 November; called back on the number of the contract.");
  await asking.getByLabel("The client's key").fill(` ${recipient}\n`);
  await asking.getByRole("button", { name: "Write down" }).click();
  await expect(toast(page, "The request is written down")).toBeVisible();
  await expect(page).toHaveURL(/[?&]open=[0-9a-f-]{36}/);
  const { pathname, search } = new URL(page.url());
  return pathname + search;
}

/** Says yes to a question, and sees that it was heard. */
async function agree(page: Page, panel: Locator, verb: string, question: string, state: string): Promise<void> {
  await panel.getByRole("button", { name: verb, exact: true }).click();
  await dialog(page, question).getByRole("button", { name: verb, exact: true }).click();
  await expect(standing(panel)).toContainText(state);
  // The button is gone, and the focus is not lost with it.
  await expect(standing(panel)).toBeFocused();
}

test("a copy goes from customer service to operations, and a link to it is shown once", async ({
  page,
  browser,
  organization,
}) => {
  test.setTimeout(240_000);
  await enterConsole(page, "/client-copies", "customer_service");
  await page.getByRole("button", { name: "New request" }).click();
  const asking = dialog(page, "A client asks for a copy");
  await asking.getByLabel("Word in its addresses").fill("no-such-organization");
  await asking.getByLabel("Requested by").fill("Ada Moreau");
  await asking.getByLabel("Evidence").fill("A letter");
  // Whoever gives the secret half is told, before it goes anywhere.
  await asking.getByLabel("The client's key").fill(`AGE-SECRET-KEY-1${"Q".repeat(58)}`);
  await asking.getByRole("button", { name: "Write down" }).click();
  await expectProblem(asking.getByLabel("The client's key"), /public half of an age key/);
  await expectGoodSight(page, "the form of a request");
  await asking.getByLabel("The client's key").fill(recipient);
  await asking.getByRole("button", { name: "Write down" }).click();
  await expectProblem(asking.getByLabel("Word in its addresses"), /No organization has this word/);
  await asking.getByRole("button", { name: "Cancel" }).click();

  // A name that is one long word fits everywhere.
  const requester = `Ada ${"Moreau".repeat(20)}`;
  const address = await writeDown(page, organization, "A client asks for a copy", requester);
  const panel = panelOf(page, organization);
  await expect(standing(panel)).toContainText("Asked for");
  // The worker counts what is there, and the screen looks by itself.
  await expect(panel.getByText(/rows? in \d+ tables|in \d+ tables/)).toBeVisible({ timeout: 60_000 });
  await panel.getByText(/^\d+ tables$/).click();
  await expect(panel.getByRole("row").filter({ hasText: "users" }).first()).toBeVisible();
  await expectGoodSight(page, "a request that was asked for");
  await agree(page, panel, "Verify", "Verify this request?", "Verified");
  // Nobody authorizes what they have verified.
  await expect(standing(panel)).toContainText("Somebody else of customer service authorizes it.");
  await expect(panel.getByRole("button", { name: "Authorize" })).toHaveCount(0);

  const second = await operatorAt(browser, address, "customer_service");
  const ofSecond = panelOf(second, organization);
  await agree(second, ofSecond, "Authorize", "Authorize this request?", "Authorized");
  await expect(standing(ofSecond)).toContainText("Somebody of operations who has neither verified nor authorized it");
  await expect(ofSecond.getByRole("button", { name: "Make the copy" })).toHaveCount(0);

  const operations = await operatorAt(browser, address, "operations");
  const ofOperations = panelOf(operations, organization);
  await expect(ofOperations.getByRole("button", { name: "Refuse" })).toHaveCount(0);
  await expect(operations.getByRole("button", { name: "New request" })).toHaveCount(0);
  await ofOperations.getByRole("button", { name: "Make the copy" }).click();
  const asked = dialog(operations, `Make a copy of ${organization.name}?`);
  await asked.getByLabel(`Type ${organization.slug} to go on`).fill(organization.slug);
  await asked.getByRole("button", { name: "Make the copy" }).click();
  await expect(standing(ofOperations)).toContainText("Under way");
  await expect(standing(ofOperations)).toContainText("Done", { timeout: 120_000 });
  await expect(ofOperations.getByText("Checksum (BLAKE3)")).toBeVisible();

  await ofOperations.getByRole("button", { name: "Make a link" }).click();
  const link = dialog(operations, "Link to the copy");
  await expect(link.getByLabel("Link")).toHaveText(/^\/api\/v1\/deliveries\//);
  await expectGoodSight(operations, "the link to a copy");
  await link.getByRole("button", { name: "Close" }).last().click();
  await expect(standing(ofOperations)).toContainText("Delivered");
  await expect(ofOperations.getByRole("button", { name: "Make another link" })).toBeVisible();
  await expect(operations.getByText("/api/v1/deliveries/")).toHaveCount(0);
  await expectGoodSight(operations, "a copy that was delivered");

  // Whoever only looks on sees all of it, and no button.
  const support = await operatorAt(browser, "/client-copies", "support");
  await row(support, organization.slug).getByRole("link", { name: organization.name }).click();
  const ofSupport = panelOf(support, organization);
  const steps = ofSupport.getByRole("region", { name: "What was done" }).getByRole("listitem");
  await expect(steps).toHaveText([/^1Asked for/, /^2Verified/, /^3Authorized/, /^4Handed/, /^5Done/, /^6Link/]);
  await expect(ofSupport.getByRole("button")).toHaveCount(1);
  // Escape closes the panel, and the focus is where it was.
  await support.keyboard.press("Escape");
  await expect(row(support, organization.slug).getByRole("link", { name: organization.name })).toBeFocused();
});

test("an erasure is authorized by two, typed out before it is done, and refused", async ({
  page,
  browser,
  organization,
}) => {
  test.setTimeout(180_000);
  await enterConsole(page, "/erasure", "customer_service");
  const address = await writeDown(page, organization, "A client asks for erasure", "Ada Moreau");
  const panel = panelOf(page, organization);
  await expect(panel.getByText("What will be gone")).toBeVisible();
  await expect(panel.getByText("Backup sets with something of it")).toBeVisible({ timeout: 60_000 });
  await agree(page, panel, "Verify", "Verify this request?", "Verified");

  const second = await operatorAt(browser, address, "customer_service", "operations");
  const ofSecond = panelOf(second, organization);
  await agree(second, ofSecond, "Authorize", "Authorize this request?", "Authorized");
  // Nor does whoever has authorized it carry it out, of whichever teams they are.
  await expect(ofSecond.getByRole("button", { name: "Erase the organization" })).toHaveCount(0);

  const third = await operatorAt(browser, address, "operations");
  const ofThird = panelOf(third, organization);
  await ofThird.getByRole("button", { name: "Erase the organization" }).click();
  const asked = dialog(third, `Erase ${organization.name} for good?`);
  const erase = asked.getByRole("button", { name: "Erase the organization" });
  await expect(erase).toHaveAttribute("aria-disabled", "true");
  await asked.getByLabel(`Type ${organization.slug} to go on`).fill("something else");
  await expect(erase).toHaveAttribute("aria-disabled", "true");
  await expectGoodSight(third, "the question before an erasure");
  // Escape closes the question alone.
  await third.keyboard.press("Escape");
  await expect(asked).toHaveCount(0);
  await expect(ofThird).toBeVisible();

  // Whoever opens it again sees what others have done meanwhile.
  await page.keyboard.press("Escape");
  await row(page, organization.slug).getByRole("link", { name: organization.name }).click();
  await expect(standing(panel)).toContainText("Authorized");
  await panel.getByRole("button", { name: "Refuse" }).click();
  const refusing = dialog(page, "Refuse this request?");
  await refusing.getByRole("button", { name: "Refuse" }).click();
  await expectProblem(refusing.getByLabel("Reason"), /^This is needed\./);
  await refusing.getByLabel("Reason").fill("The letter was not theirs.");
  await refusing.getByRole("button", { name: "Refuse" }).click();
  await expect(toast(page, "It is refused")).toBeVisible();
  await expect(standing(panel)).toContainText("Nothing more is to be done.");
  await expect(panel.getByText("The letter was not theirs.")).toBeVisible();
  await expect(panel.getByRole("button", { name: "Verify" })).toHaveCount(0);
  await expect(row(page, organization.slug)).toContainText("Refused");
  await expectGoodSight(page, "an erasure that was refused");
  // What was refused elsewhere is not done here.
  await ofThird.getByRole("button", { name: "Erase the organization" }).click();
  await asked.getByLabel(`Type ${organization.slug} to go on`).fill(organization.slug);
  await erase.click();
  await expect(asked.getByRole("alert")).toBeVisible();
});

test("a company admin asks for a copy, after the password, and sees how far it is", async ({
  organization,
  enter,
  browser,
}) => {
  test.setTimeout(120_000);
  const page = await enter(organization, organization.admin, "/manage-account");
  const section = page.getByRole("region", { name: "Data and deletion" });
  await expect(section.getByText("You have asked for nothing so far.")).toBeVisible();
  await expectGoodSight(page, "data and deletion");
  await section.getByRole("button", { name: "Ask for erasure" }).click();
  const erasing = dialog(page, "Ask for erasure");
  await expect(erasing.getByText("It cannot be undone")).toBeVisible();
  await expect(erasing.getByText("nobody signs in any more")).toBeVisible();
  await expectGoodSight(page, "asking for erasure");
  // Of projects alone, other things are lost.
  await erasing.getByLabel("Some projects").check();
  await expect(erasing.getByText("Your backups of before can no longer be read then.")).toBeVisible();
  await erasing.getByLabel("Your key").fill(recipient);
  await erasing.getByRole("button", { name: "Ask for erasure" }).click();
  await expectProblem(erasing.getByLabel("Projects", { exact: true }), /^This is needed\./);
  await erasing.getByLabel("Projects", { exact: true }).fill("PR-0-1\n");
  await expectGoodSight(page, "asking for the erasure of projects");
  await erasing.getByRole("button", { name: "Ask for erasure" }).click();
  await confirm(page);
  await expect(toast(page, "You have asked for erasure")).toBeVisible();

  await section.getByRole("button", { name: "Ask for a copy" }).click();
  const asking = dialog(page, "Ask for a copy of everything");
  await asking.getByLabel("Your key").fill("ssh-ed25519 AAAA");
  await asking.getByRole("button", { name: "Ask for a copy" }).click();
  await expectProblem(asking.getByLabel("Your key"), /public half of an age key/);
  await asking.getByLabel("Your key").fill(recipient);
  await asking.getByLabel("Message").fill("Call me in the mornings.");
  await asking.getByRole("button", { name: "Ask for a copy" }).click();
  await expect(toast(page, "You have asked for a copy")).toBeVisible();
  const asked = section.getByRole("list", { name: "What you have asked for" });
  await expect(asked.getByRole("listitem")).toContainText(["Copy", "Erasure of projects"]);
  await expect(asked).toContainText("Asked for");

  // It is among those of operators, and what became of it is seen here.
  const service = await operatorAt(browser, "/client-copies", "customer_service");
  await row(service, organization.slug).getByRole("link", { name: organization.name }).click();
  const panel = panelOf(service, organization);
  await panel.getByRole("button", { name: "Withdraw" }).click();
  const withdrawing = dialog(service, "Does the client no longer ask for it?");
  await withdrawing.getByLabel("Reason").fill("They have made one themselves.");
  await withdrawing.getByRole("button", { name: "Withdraw" }).click();
  await expect(standing(panel)).toContainText("Withdrawn");
  await page.reload();
  await expect(asked).toContainText("Withdrawn");
});

test("projects to be erased are named, and looked for before anybody decides", async ({ page, organization }) => {
  test.setTimeout(120_000);
  await enterConsole(page, "/erasure", "customer_service");
  await page.getByRole("button", { name: "New request" }).click();
  const asking = dialog(page, "A client asks for erasure");
  await asking.getByLabel("Some projects").check();
  await asking.getByLabel("Word in its addresses").fill(organization.slug);
  await asking.getByLabel("Requested by").fill("Ada Moreau");
  await asking.getByLabel("Evidence").fill("Their letter of 20 November.");
  await asking.getByLabel("The client's key").fill(recipient);
  await asking.getByRole("button", { name: "Write down" }).click();
  await expectProblem(asking.getByLabel("Projects", { exact: true }), /^This is needed\./);
  await asking.getByLabel("Projects", { exact: true }).fill("PR-0-1\n\n PR-0-2 \n");
  await asking.getByRole("button", { name: "Write down" }).click();
  await expect(toast(page, "The request is written down")).toBeVisible();
  const panel = panelOf(page, organization);
  await expect(panel.getByText("PR-0-2", { exact: true })).toBeVisible();
  await expect(panel.getByText("there are no such projects: PR-0-1, PR-0-2")).toBeVisible({ timeout: 60_000 });
  await expectGoodSight(page, "a request for projects that are not there");
  await page.keyboard.press("Escape");
  await expect(row(page, organization.slug)).toContainText("2 projects");
});

test("what to type for a restore is shown for a set that holds", async ({ page }) => {
  // The backup environment looks each minute.
  test.setTimeout(180_000);
  await page.goto(consoleOrigin);
  await enterConsole(page, "/restore", "operations");
  await expect(page.getByText("Nothing is restored from here")).toBeVisible();
  await expect(page.getByRole("region", { name: "Restores in the operations book" })).toBeVisible();
  await expectGoodSight(page, "restore");
  await page.getByRole("link", { name: "Choose a set" }).click();
  await expect(title(page, "Restore")).toBeVisible();
  const set = row(page, /database-\d{8}T\d{6}Z/).first();
  await expect(async () => {
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("link", { name: "Sets", exact: true }).click();
    await expect(set).toContainText("Verified", { timeout: 2_000 });
  }).toPass({ timeout: 120_000 });
  await set.getByRole("link").click();
  const panel = page.getByRole("complementary", { name: /^database-/ });
  await expect(panel.getByLabel("The whole installation")).toHaveText(
    /^portico ops restore --to database-\d{8}T\d{6}Z --from (off-site|local) --into postgres:\/\/portico_owner@HOST\/portico --files-into FOLDER$/,
  );
  await expect(panel.getByLabel("One organization, beside the others")).toContainText("--org ID");
  await expect(panel.getByLabel(/out of the stream/)).toContainText("portico ops recover --to 20");
  await expectGoodSight(page, "a set and what to type");
});
