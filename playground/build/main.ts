/** `node .build/main.mjs`: writes dist/index.html. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

import { buildPage } from "./page.ts";

const page = await buildPage(readFileSync("../policy.wasm"));
mkdirSync("dist", { recursive: true });
writeFileSync("dist/index.html", page);
const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} KB`;
console.log(
  `playground/dist/index.html: ${kilobytes(Buffer.byteLength(page))}, ${kilobytes(gzipSync(page).length)} compressed`,
);
