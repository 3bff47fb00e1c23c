/** Debian's Chromium, and a server that behaves like a static host. */

import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

import { chromium, type Browser } from "playwright-core";

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export async function launch(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? PATHS.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Error("Chromium is missing: run hack/install-debian.sh chromium, or set CHROMIUM to its path");
  }
  return chromium.launch({
    executablePath,
    // Its sandbox needs permissions that containers and root do not have. It opens only pages of these tests.
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Pages by path, compressed, on a free port of the loopback interface. */
export class Host {
  /** The requested paths and the bytes sent for each. */
  readonly sent: { path: string; bytes: number }[] = [];
  private readonly server: Server;

  private constructor(pages: Record<string, string>) {
    const compressed = new Map(Object.entries(pages).map(([path, page]) => [path, gzipSync(page)]));
    this.server = createServer((request, response) => {
      const path = request.url ?? "";
      const page = compressed.get(path);
      this.sent.push({ path, bytes: page?.length ?? 0 });
      if (page === undefined) response.writeHead(404).end();
      else
        response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-encoding": "gzip" }).end(page);
    });
  }

  static async of(pages: Record<string, string>): Promise<Host> {
    const host = new Host(pages);
    await new Promise<void>((resolve) => host.server.listen(0, "127.0.0.1", resolve));
    return host;
  }

  address(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
