// Photos and the logo, from a person's machine to everybody's screens.

import { dialog, toast } from "./support/screens.ts";
import { expect, test } from "./support/test.ts";

/** A PNG of one pixel. */
const image = {
  name: "portrait.png",
  mimeType: "image/png",
  buffer: Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  ),
};
const field = "Choose an image, or drop one here";

test("a photo is chosen, seen by others, and taken away again", async ({ organization, enter }) => {
  const ana = await organization.person("Ana Moss", ["Team Member"]);
  const page = await enter(organization, ana, "/profile");
  const own = page.getByRole("region", { name: "Photo" });
  await own.getByLabel(field).setInputFiles({ name: "notes.png", mimeType: "image/png", buffer: Buffer.from("notes") });
  await expect(own.getByText(/^This kind of image is not taken\./)).toBeVisible();
  await own.getByLabel(field).setInputFiles(image);
  await expect(toast(page, "The image is saved")).toBeVisible();
  await expect(own.getByRole("img", { name: "The present image" })).toBeVisible();
  // In the frame, too.
  await expect(page.getByRole("banner").locator("img.avatar-photo")).toBeVisible();

  const admin = await enter(organization, organization.admin, "/users");
  await expect(admin.getByRole("row", { name: /Ana Moss/ }).locator("img.avatar-photo")).toBeVisible();

  await own.getByRole("button", { name: "Remove" }).click();
  await dialog(page, "Remove this image?").getByRole("button", { name: "Remove" }).click();
  await expect(toast(page, "The image is removed")).toBeVisible();
  await expect(own.getByRole("img")).toHaveCount(0);
  await admin.reload();
  await expect(admin.getByRole("row", { name: /Ana Moss/ })).toBeVisible();
  await expect(admin.locator("img.avatar-photo")).toHaveCount(0);
});

test("who manages people gives them a photo", async ({ organization, enter }) => {
  const ana = await organization.person("Ana Moss", ["Team Member"]);
  const page = await enter(organization, organization.admin, `/users/${ana.id}`);
  const photo = page.getByRole("region", { name: "Photo" });
  await photo.getByLabel(field).setInputFiles(image);
  await expect(photo.getByRole("img", { name: "The present image" })).toBeVisible();
  // What was changed meanwhile is not in the way of the next change.
  await page.getByLabel("First name").fill("Anna");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("heading", { name: "Anna Moss" })).toBeVisible();
});

test("the logo stands in the frame and at the sign-in", async ({ organization, enter, browser }) => {
  const page = await enter(organization, organization.admin, "/general-data");
  const logo = page.getByRole("region", { name: "Logo" });
  await logo.getByLabel(field).setInputFiles(image);
  await expect(toast(page, "The image is saved")).toBeVisible();
  await expect(page.getByRole("banner").locator("img.rail-logo")).toBeVisible();
  const stranger = await browser.newPage();
  await stranger.goto(`${organization.origin}/sign-in`);
  await expect(stranger.locator("img.entrance-logo")).toBeVisible();
  expect(await stranger.locator("img.entrance-logo").evaluate((one) => (one as HTMLImageElement).naturalWidth)).toBe(1);
  await stranger.close();
});
