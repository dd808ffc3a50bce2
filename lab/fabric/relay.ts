/**
 * Runs as a process inside the router's namespace: takes connections at an address there, and hands
 * each on to a Unix socket, which leads out of the namespace. TLS passes through it untouched.
 * Usage: relay.ts ADDRESS PORT SOCKET
 */
import { connect, createServer } from "node:net";

const [address, port, socket = ""] = process.argv.slice(2);

const server = createServer({ allowHalfOpen: true }, (client) => {
  const inner = connect({ path: socket, allowHalfOpen: true });
  // An end that breaks breaks the other; whoever asks sees a reset, as of a dead service.
  client.on("error", () => inner.destroy());
  inner.on("error", () => client.resetAndDestroy());
  client.pipe(inner).pipe(client);
});
server.on("error", (error) => {
  process.stderr.write(`relay: ${error.message}\n`);
  process.exitCode = 1;
});
server.listen(Number(port), address, () => process.stdout.write("ready\n"));
