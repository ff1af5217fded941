// The operators' console: operators of a journey's own, and the codes of their authenticators.

import { createHmac, randomBytes } from "node:crypto";

import { expect, type Page } from "@playwright/test";

import { portico } from "./server.ts";

/** The password of all operators here. */
export const operatorPassword = "cuatro faros en la costa";

export interface Operator {
  email: string;
  /** The secret of the second factor, as authenticators take it. */
  secret: string;
}

export const consoleOrigin = new URL(process.env.PORTICO_CONSOLE_URL ?? "http://localhost").origin;

/** An operator of these teams, made at the shell. */
export async function createOperator(...teams: string[]): Promise<Operator> {
  const email = `operator-${randomBytes(5).toString("hex")}@ops.example`;
  const words = ["ops", "operator", "create", "--email", email, "--name", "Ada Faro"];
  const said = await portico([...words, ...teams.flatMap((team) => ["--team", team])], {
    PORTICO_OPERATOR_PASSWORD: operatorPassword,
  });
  const secret = /[?&]secret=([A-Z2-7]+)/.exec(said)?.[1];
  if (!secret) throw new Error("no second factor was shown");
  return { email, secret };
}

/** What an authenticator shows, so many steps of thirty seconds from now (RFC 6238). */
export function codeOf(secret: string, steps = 0): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const bytes = bits.match(/.{8}/g) ?? [];
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const key = Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
  const hash = createHmac("sha1", key).update(counter).digest();
  const at = hash[hash.length - 1]! & 0xf;
  return ((hash.readUInt32BE(at) & 0x7fff_ffff) % 1_000_000).toString().padStart(6, "0");
}

/** Fills the sign-in of the console and sends it. */
export async function signInAtConsole(page: Page, operator: Operator, code = codeOf(operator.secret)): Promise<void> {
  await page.getByLabel("E-mail").fill(operator.email);
  await page.getByLabel("Password", { exact: true }).fill(operatorPassword);
  await page.getByLabel("Code").fill(code);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** A page of the console for a new operator of these teams, who is signed in. */
export async function enterConsole(page: Page, path: string, ...teams: string[]): Promise<Operator> {
  const operator = await createOperator(...teams);
  await page.goto(consoleOrigin + path);
  await signInAtConsole(page, operator);
  await expect(page.getByRole("navigation", { name: "Main navigation" })).toBeAttached();
  return operator;
}
