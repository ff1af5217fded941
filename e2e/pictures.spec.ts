// Photos and the logo, from a person's machine to everybody's screens.

import { crc32, deflateSync } from "node:zlib";

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

/** A PNG of one grey, so wide and so high. */
function png(width: number, height: number): Buffer {
  const chunk = (name: string, data: Buffer): Buffer => {
    const [length, body, sum] = [Buffer.alloc(4), Buffer.concat([Buffer.from(name), data]), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  const rows = Buffer.from(Array.from({ length: height }, () => [0, ...Array<number>(width).fill(96)]).flat());
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

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
  await logo.getByLabel(field).setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: png(600, 100) });
  await expect(toast(page, "The image is saved")).toBeVisible();
  await expect(page.getByRole("banner").locator("img.rail-logo")).toBeVisible();
  // A wide one leaves room for its button where there is little.
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(logo.getByRole("button", { name: "Remove" })).toBeInViewport({ ratio: 1 });
  const stranger = await browser.newPage();
  await stranger.goto(`${organization.origin}/sign-in`);
  await expect(stranger.locator("img.entrance-logo")).toBeVisible();
  await expect(stranger.locator("img.entrance-logo")).toHaveJSProperty("naturalWidth", 600);
  await stranger.close();
});
