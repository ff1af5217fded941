// What holds wherever one looks, whoever looks: nothing reaches beyond the window, and axe finds nothing, light and dark,
// wide and narrow.

import axe from "axe-core";
import { expect, type Page } from "@playwright/test";

export const wide = { width: 1440, height: 900 };
export const narrow = { width: 390, height: 844 };

const standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * Axe finds nothing, by the standards or by the rules that are named. It is given to the page once, and to what the page
 * becomes: our pages have no frames, so none of what its builder for Playwright does for each look is needed.
 */
export async function expectNoViolation(page: Page, where: string, rules?: string[]): Promise<void> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  const runOnly = rules ? { type: "rule" as const, values: rules } : { type: "tag" as const, values: standards };
  const violations = await page.evaluate(async (runOnly) => {
    // What is half faded in has the contrast of nothing that anyone reads. Those that never end are left to turn.
    const ends = (one: Animation) => Number.isFinite(Number(one.effect?.getComputedTiming().endTime));
    const underWay = () => document.getAnimations().filter((one) => one.playState === "running" && ends(one));
    while (underWay().length > 0) await Promise.allSettled(underWay().map((one) => one.finished));
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    return (await axe.run(document, { runOnly, resultTypes: ["violations"] })).violations;
  }, runOnly);
  const told = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    at: nodes.slice(0, 5).map((node) => `${node.target.join(" ")} :: ${node.html.slice(0, 160)}`),
  }));
  expect(told, where).toEqual([]);
}

/** Neither the page nor anything in it that is not meant to scroll reaches beyond the window. */
export async function expectToFit(page: Page, where: string): Promise<void> {
  const beyond = () =>
    page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth));
  await expect.poll(beyond, `${where} reaches beyond the window`).toBe(0);
}

/** Both, in every light and at both widths. Leaves the page wide and light. */
export async function expectGoodSight(page: Page, where: string): Promise<void> {
  for (const size of [narrow, wide]) {
    await page.setViewportSize(size);
    await expectToFit(page, `${where} at ${size.width} pixels`);
    // In the dark only the colours are others.
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    await expectNoViolation(page, `${where}, dark, ${size.width} pixels`, ["color-contrast"]);
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await expectNoViolation(page, `${where}, light, ${size.width} pixels`);
  }
}
