// The journeys' own `test`: an organization for each, pages of people who are signed in, and an eye on what the
// browser complains of.

import { randomBytes } from "node:crypto";

import { test as base, expect, type Browser, type BrowserContext, type Page } from "@playwright/test";

import { Organization, type Account } from "./organization.ts";

export { expect };


interface Fixtures {
  /** Exists for this journey alone. */
  organization: Organization;
  /** A browser of somebody who is signed in, at a path. */
  enter: (organization: Organization, account: Account, path?: string) => Promise<Page>;
  /** What the browser has complained of, in all pages of the journey. */
  complaints: string[];
}

/**
 * A refused request is written to the console by the browser itself. Journeys provoke refusals, so those are left
 * out here; that screens cause none by themselves is looked at in `screens.spec.ts`.
 */
const refusal = /^Failed to load resource:/;

export function listen(context: BrowserContext, complaints: string[], ignore: RegExp | null = refusal): void {
  context.on("console", (message) => {
    if (message.type() === "error" && !ignore?.test(message.text())) complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
}

/** The browser of somebody for whom the API has opened a session. */
export async function signedIn(browser: Browser, organization: Organization, account: Account): Promise<BrowserContext> {
  const { cookies } = await organization.session(account);
  // The app asks for a session only where it knows that there was one.
  const localStorage = [{ name: "portico.session.", value: "yes" }];
  return browser.newContext({ storageState: { cookies, origins: [{ origin: organization.origin, localStorage }] } });
}

export const test = base.extend<Fixtures>({
  // A network of its own: what one journey guesses must not make another wait.
  extraHTTPHeaders: async ({}, use) => {
    const [one, two] = randomBytes(2);
    await use({ "x-forwarded-for": `10.${one}.${two}.7` });
  },

  organization: async ({}, use) => {
    await use(await Organization.create());
  },

  complaints: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      listen(context, complaints);
      await use(complaints);
      expect(complaints, "the browser complains of nothing").toEqual([]);
    },
    { auto: true },
  ],

  enter: async ({ browser, complaints }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (organization, account, path = "/") => {
      const context = await signedIn(browser, organization, account);
      contexts.push(context);
      listen(context, complaints);
      const page = await context.newPage();
      await page.goto(organization.origin + path);
      return page;
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
});
