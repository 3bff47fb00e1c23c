/** `node .build/main.mjs`: writes dist/, the extension in one script and the licences of the packages in it. */

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { build } from "esbuild";

rmSync("dist", { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  metafile: true,
  minify: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  // VS Code provides it.
  external: ["vscode"],
  legalComments: "none",
  logLevel: "warning",
});
const packages = Object.keys(metafile.inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []);
writeFileSync("dist/LICENSES.txt", licences(new Set(packages)));

/** The licences of the packages, which every copy has to contain. */
function licences(folders: Set<string>): string {
  const texts = [...folders].sort().map((folder) => {
    const [file] = readdirSync(folder)
      .filter((name) => /^licen[cs]e/i.test(name))
      .sort();
    if (file === undefined) throw new Error(`${folder} has no licence`);
    return `${folder.replace(/^.*node_modules\//, "")}:\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  return `Third-party software in extension.js:\n\n${texts.join("\n")}`;
}
