// The operators' console: in by a second factor, backups as they stand, the operations book, and who operates.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import {
  codeOf,
  consoleOrigin,
  createOperator,
  enterConsole,
  operatorPassword,
  signInAtConsole,
} from "./support/console.ts";
import { choose, dialog, personMenu, row, title, toast } from "./support/screens.ts";
import { expectGoodSight } from "./support/sight.ts";
import { portico } from "./support/server.ts";
import { expect, test } from "./support/test.ts";

test("an operator comes in by password and code, each code once", async ({ page, browser }) => {
  const operator = await createOperator("operations");
  await page.goto(consoleOrigin);
  await signInAtConsole(page, operator, "000000");
  await expect(page.getByRole("alert")).toContainText("E-mail, password or code is wrong");
  await expect(page.getByLabel("Code")).toHaveValue("");
  const code = codeOf(operator.secret);
  await signInAtConsole(page, operator, code);
  await expect(title(page, "Backups")).toBeVisible();
  await expect(personMenu(page)).toContainText("Operations");
  // The same code opens nothing for whoever looked over a shoulder.
  const other = await (await browser.newContext()).newPage();
  await other.goto(`${consoleOrigin}/operations-book`);
  await signInAtConsole(other, operator, code);
  await expect(other.getByRole("alert")).toContainText("E-mail, password or code is wrong");
  // The next one leads where the address says.
  await signInAtConsole(other, operator, codeOf(operator.secret, 1));
  await expect(title(other, "Operations book")).toBeVisible();
  // Nobody stays signed in whom somebody puts out.
  await portico(["ops", "operator", "deactivate", operator.email]);
  await page.getByRole("button", { name: "Refresh" }).click();
  await expect(page.getByText("Your session is over")).toBeVisible();
});

test("backups are seen by slot, store and set, and the book tells who verified them", async ({ page }) => {
  // The backup environment looks each minute.
  test.setTimeout(180_000);
  await enterConsole(page, "/backups", "operations");
  const newest = page.getByRole("group", { name: "Every two hours" }).getByRole("button", { name: /: Made; / });
  await expect(async () => {
    await page.getByRole("button", { name: "Refresh" }).click();
    await expect(newest.first()).toHaveAccessibleName(/Local: Verified; Off-site: Verified$/, { timeout: 2_000 });
  }).toPass({ timeout: 120_000 });
  await expect(page.getByText("Attends", { exact: true })).toBeVisible();
  await expect(page.getByText(/rows in .*s$/)).toBeVisible();
  // One step of Tab reaches the marks, arrows go from one to the next.
  await newest.first().focus();
  await page.keyboard.press("ArrowRight");
  await expect(newest.first()).not.toBeFocused();
  await page.keyboard.press("Home");
  await newest.first().press("Enter");
  const panel = page.getByRole("complementary", { name: /^database-/ });
  await expect(panel.getByText("Checksum of the manifest")).toBeVisible();
  await expect(panel.getByText("Verified", { exact: true })).toHaveCount(2);
  await page.goBack();
  await expect(panel).toHaveCount(0);
  await expect(newest.first()).toBeFocused();

  await page.getByRole("link", { name: "All sets" }).click();
  const link = page.getByRole("link", { name: /\d{4}, \d\d:\d\d$/ });
  const set = page.getByRole("row").filter({ has: link, hasText: "Rows" }).first();
  await expect(set.getByText("Verified", { exact: true })).toHaveCount(2);
  await page.getByRole("combobox", { name: "Outcome" }).selectOption({ label: "Failed" });
  await expect(page).toHaveURL(/outcome=failed/);
  await expect(page.getByText("Nothing found")).toBeVisible();

  await page.getByRole("link", { name: "Operations book" }).click();
  await page.getByRole("combobox", { name: "What was done" }).selectOption({ label: "Verified a set" });
  const entry = row(page, /database-.*portico ops attend/).first();
  await entry.getByRole("link", { name: "Verified a set" }).click();
  await expect(page.getByRole("complementary", { name: "Verified a set" })).toContainText(/the (local|off-site) store/);
  // The panel closes by Escape, and the focus is where it was.
  await page.keyboard.press("Escape");
  await expect(entry.getByRole("link", { name: "Verified a set" })).toBeFocused();
});

test("an operator is added, enrols by a link, and is changed and put out", async ({ page, browser }) => {
  // A name that is one long word fits everywhere.
  const eva = `Eva ${"Costa".repeat(30)}`;
  await enterConsole(page, "/operators", "security");
  await page.getByRole("button", { name: "Add operator" }).click();
  const adding = dialog(page, "Add an operator");
  const email = `eva-${Date.now()}@ops.example`;
  await adding.getByLabel("Name").fill(eva);
  await adding.getByLabel("E-mail").fill("eva");
  await adding.getByRole("button", { name: "Add", exact: true }).click();
  await expect(adding.getByText("Some entries need a change")).toBeVisible();
  await adding.getByLabel("E-mail").fill(email);
  await choose(adding, "Teams", "Support");
  await adding.getByRole("button", { name: "Add", exact: true }).click();
  const shown = dialog(page, `${eva} can enrol now`);
  const link = await shown.getByRole("code").or(shown.locator("code")).first().innerText();
  await shown.getByRole("button", { name: "Close" }).last().click();
  await expect(row(page, email)).toContainText("Not enrolled");

  const own = await (await browser.newContext()).newPage();
  await own.goto(link);
  await expect(own.getByText(`${eva}, ${email}`)).toBeVisible();
  await expect(own.getByRole("img", { name: /Picture to scan/ })).toBeVisible();
  const secret = await own.getByLabel("The secret, to type it in").innerText();
  await expectGoodSight(own, "the enrolment");
  await own.getByLabel("New password").fill(operatorPassword);
  await own.getByLabel("Code").fill(codeOf(secret));
  await own.getByRole("button", { name: "Enrol" }).click();
  await expect(own.getByRole("heading", { level: 1, name: "You are enrolled" })).toBeVisible();
  await own.getByRole("link", { name: "Go to the sign-in" }).click();
  await signInAtConsole(own, { email, secret }, codeOf(secret, 1));
  // Support looks, and sees nothing of what operators do.
  await expect(title(own, "Backups")).toBeVisible();
  const navigation = own.getByRole("navigation", { name: "Main navigation" });
  await expect(navigation.getByRole("link")).toHaveText([
    "Backups",
    "Standby and drills",
    "Restore",
    "Client copies",
    "Erasure",
  ]);
  // What was used opens nothing again.
  const again = await (await browser.newContext()).newPage();
  await again.goto(link);
  await expect(again.getByRole("alert")).toBeVisible();

  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Portico console" })).toBeVisible();
  await enterConsole(page, "/operators", "security");
  await row(page, email).getByRole("link", { name: eva }).click();
  const panel = page.getByRole("complementary", { name: eva });
  await panel.getByLabel("Name").fill("Eva Costa Brava");
  await panel.getByRole("switch", { name: "May sign in" }).click();
  await panel.getByRole("button", { name: "Save changes" }).click();
  await expect(toast(page, "Eva Costa Brava is saved")).toBeVisible();
  await expect(row(page, email)).toContainText("Deactivated");
  await own.getByRole("button", { name: "Refresh" }).click();
  await expect(own.getByText("Your session is over")).toBeVisible();
});

/** What the backup environment has, for a command of its own. */
function backupEnvironment(): Record<string, string> {
  const folder = join(dirname(process.env.PORTICO_VAULT_RECIPIENTS_FILE ?? ""), "backup-environment");
  return {
    PORTICO_RESTORE_IDENTITY_FILE: join(folder, "restore.identity"),
    PORTICO_BACKUP_SIGNERS_FILE: join(folder, "signers"),
  };
}

/** A drill that passed while the book was out of reach: whoever writes next brings it. */
async function passedDrill(folder: string): Promise<void> {
  const began = new Date(Date.now() - 7 * 86_400_000).toISOString();
  const step = (name: string, seconds: number, details: string, outcome = "done") => {
    return { step: name, began_at: began, seconds, outcome, details };
  };
  const report = {
    is_drill: true, began_at: began, seconds: 254.6, passed: true, last_commit: began, organizations: 212,
    rows: 8_412_775, files: 31_207, missing_files: 3,
    steps: [
      step("block_access", 0.1, "the proxy of drills lets nobody in"),
      step("check_version", 2.4, "0.1.0 in files-20261122T010000Z is this program"),
      step("restore", 241.9, `base backup 20261122T020000Z-${"0123456789abcdef".repeat(4)} and 214 files of the log`),
      step("general_check", 9.8, "somebody signed in, and made, read, changed, listed and removed a project"),
      step("redirect", 0.4, "the proxy leads to 127.0.0.1:8081"),
    ],
  };
  const entry = {
    id: crypto.randomUUID(), at: began, doer: { kind: "shell", name: "olga@standby" }, action: "drill",
    subject: "the end of the stream", outcome: "succeeded", details: JSON.stringify({ report }),
  };
  await writeFile(join(folder, `20261122T030000000000Z-${entry.id}.json`), JSON.stringify(entry));
}

test("drills are shown with their steps and times, those that failed too", async ({ page }) => {
  await enterConsole(page, "/standby", "support");
  await expect(page.getByText("Epoch", { exact: true })).toBeVisible();
  const folder = await mkdtemp(join(tmpdir(), "portico-drills-"));
  try {
    await passedDrill(folder);
    // Nothing has been streamed here, so this one fails, and brings the other.
    const environment = { ...backupEnvironment(), PORTICO_BOOK_WAITING: folder };
    await expect(portico(["ops", "drill", "--below", folder], environment)).rejects.toThrow();
  } finally {
    await rm(folder, { recursive: true });
  }
  await page.getByRole("button", { name: "Refresh" }).click();
  const latest = page.getByRole("region", { name: "The latest" });
  await expect(latest.getByRole("listitem")).toHaveCount(5);
  await expect(latest.getByText("Failed", { exact: true })).toHaveCount(2);
  await expect(latest.getByText("Not begun", { exact: true }).last()).toBeVisible();
  const earlier = page.getByRole("region", { name: "Earlier ones" });
  await earlier.locator("summary").first().click();
  await expect(earlier.getByText("8,412,775")).toBeVisible();
  await expectGoodSight(page, "standby and drills");
});

test("the console looks right everywhere, in both lights and at both widths", async ({ page }) => {
  test.setTimeout(120_000);
  await page.goto(consoleOrigin);
  await expect(page.getByLabel("Code")).toBeVisible();
  await expectGoodSight(page, "the sign-in of the console");
  await enterConsole(page, "/", "operations", "security");
  for (const [label, name] of [
    ["Backups", "Backups"],
    ["Standby and drills", "Standby and drills"],
    ["Restore", "Restore"],
    ["Client copies", "Client copies"],
    ["Erasure", "Erasure"],
    ["Operations book", "Operations book"],
    ["Operators", "Operators"],
  ] as const) {
    await page.getByRole("link", { name: label, exact: true }).click();
    await expect(title(page, name)).toBeVisible();
    await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
    await expectGoodSight(page, name);
  }
  await page.getByRole("link", { name: "Backups", exact: true }).click();
  await page.getByRole("link", { name: "All sets" }).click();
  await expectGoodSight(page, "all sets");
  await personMenu(page).click();
  await page.getByRole("menuitem", { name: "My account" }).click();
  await expect(title(page, "My account")).toBeVisible();
  await expectGoodSight(page, "the account");
  await personMenu(page).click();
  await page.getByRole("menuitemradio", { name: "Español" }).click();
  await expect(title(page, "Mi cuenta")).toBeVisible();
  await page.getByRole("link", { name: "Copias de seguridad" }).click();
  await expectGoodSight(page, "the backups in Spanish");
});
