// The mails of a journey, as the SMTP server received them to which the worker sends. See `api/tests/mail_server.py`.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "@playwright/test";

export interface Mail {
  envelope_to: string[];
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** All mails to an address so far, in the order in which they came. */
export async function mailsTo(email: string): Promise<Mail[]> {
  const inbox = process.env.PORTICO_INBOX;
  if (!inbox) throw new Error("PORTICO_INBOX is not set: run the journeys with `cargo xtask test e2e`");
  const names = (await readdir(inbox)).filter((name) => name.endsWith(".json")).sort();
  const all = await Promise.all(names.map(async (name) => JSON.parse(await readFile(join(inbox, name), "utf8")) as Mail));
  return all.filter((mail) => mail.envelope_to.includes(email));
}

/**
 * The newest mail to an address whose subject fits, waited for where it has not come yet. `after` is how many such mails
 * there are already that are not meant.
 */
export async function mailTo(email: string, subject: RegExp, after = 0): Promise<Mail> {
  const fitting = async () => (await mailsTo(email)).filter((mail) => subject.test(mail.subject));
  await expect
    .poll(async () => (await fitting()).length, { message: `a mail to ${email} about ${subject}` })
    .toBeGreaterThan(after);
  const newest = (await fitting()).at(-1);
  if (!newest) throw new Error("a mail that came does not go again");
  return newest;
}

/** The address that the mail asks to open. */
export function linkIn(mail: Mail): string {
  const found = /^https?:\/\/\S+$/m.exec(mail.text);
  if (!found) throw new Error(`the mail has no link: ${mail.text}`);
  return found[0];
}
