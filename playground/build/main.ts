/** `node .build/main.mjs`: writes dist/index.html. */

import { mkdirSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

import { buildPage, packed, readModules } from "./page.ts";

const modules = readModules();
const page = await buildPage(modules);
mkdirSync("dist", { recursive: true });
writeFileSync("dist/index.html", page);
const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} KB`;
console.log(
  `playground/dist/index.html: ${kilobytes(Buffer.byteLength(page))}, ${kilobytes(gzipSync(page).length)} compressed, ` +
    `of which the linter is ${kilobytes(packed(modules.linter).length)} and the policy ${kilobytes(packed(modules.policy).length)}`,
);
