/** Helpers that open and use the page in Chromium. */

import assert from "node:assert/strict";
import { after, before } from "node:test";

import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";

import { buildPage, readModules } from "../build/page.ts";
import { pack } from "../src/page/share.ts";
import { Host, launch } from "./chromium.ts";
import { ENDLESS, TRAP } from "./modules.ts";
import { input, readRepositoryFile } from "./repository.ts";

export const PAGE = "/playground/";
export const BROKEN = readRepositoryFile("examples/broken.yaml");
/** Generous, because machines that run tests are busy. */
export const PATIENCE = { timeout: 60_000 };

let browser: Browser;
let site: Host;

before(async () => {
  const modules = readModules();
  const page = await buildPage(modules);
  site = await Host.of({
    [PAGE]: page,
    "/empty/": page.replaceAll(/(<script type="text\/plain" id="(?:linter|policy)">)[^<]*/g, "$1"),
    "/trap/": await buildPage({ ...modules, policy: TRAP }),
    "/endless/": await buildPage({ ...modules, policy: ENDLESS }),
    "/no-linter/": await buildPage({ ...modules, linter: TRAP }),
  });
  browser = await launch();
});
after(async () => {
  await browser.close();
  site.close();
});

/** The server of the page. */
export function host(): Host {
  return site;
}

/** A new context, which the test closes. */
export function newContext(): Promise<BrowserContext> {
  return browser.newContext();
}

/** Opens the page in a new context, and closes it afterwards. */
export async function visit(
  path: string,
  use: (page: Page, context: BrowserContext) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  try {
    const opened = await context.newPage();
    opened.setDefaultTimeout(PATIENCE.timeout);
    const errors: string[] = [];
    opened.on("pageerror", (error) => errors.push(error.message));
    await opened.goto(site.address(path));
    await use(opened, context);
    assert.deepEqual(errors, []);
  } finally {
    await context.close();
  }
}

export async function verdict(opened: Page, expected: string): Promise<void> {
  await opened.waitForFunction((words) => document.documentElement.dataset["verdict"] === words, expected, PATIENCE);
}

export async function choose(opened: Page, example: string): Promise<void> {
  await opened.getByLabel("Example").selectOption({ label: example });
}

/** Replaces the text of an editor by typing. */
export async function write(opened: Page, editor: string, text: string): Promise<void> {
  await opened.locator(`#${editor}-editor .cm-content`).click();
  await opened.keyboard.press("Control+a");
  await opened.keyboard.press("Delete");
  if (text !== "") await opened.keyboard.insertText(text);
}

export async function textOf(opened: Page, editor: string): Promise<string> {
  return (await opened.locator(`#${editor}-editor .cm-line`).allTextContents()).join("\n");
}

export function link(more: Partial<Parameters<typeof pack>[0]>): Promise<string> {
  return pack(input(more));
}
