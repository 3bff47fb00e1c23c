// A language server that can do nothing. It writes its arguments and each message that it gets into the file that is its last argument.
const { appendFileSync } = require("node:fs");

const write = (line) => appendFileSync(process.argv.at(-1), `${JSON.stringify(line)}\n`);
write({ arguments: process.argv.slice(2, -1) });
let received = Buffer.alloc(0);
process.stdin.on("data", (bytes) => {
  received = Buffer.concat([received, bytes]);
  for (;;) {
    const header = /^Content-Length: (\d+)\r\n\r\n/.exec(received.toString("latin1"));
    if (header === null || received.length < header[0].length + Number(header[1])) return;
    const end = header[0].length + Number(header[1]);
    const message = JSON.parse(received.subarray(header[0].length, end));
    received = received.subarray(end);
    write(message);
    if (message.method === "exit") process.exit(0);
    if (message.id !== undefined) {
      const result = message.method === "initialize" ? { capabilities: {} } : null;
      const answer = JSON.stringify({ jsonrpc: "2.0", id: message.id, result });
      process.stdout.write(`Content-Length: ${Buffer.byteLength(answer)}\r\n\r\n${answer}`);
    }
  }
});
