/**
 * A stand-in for the cloud's metadata service, as small as the tests of the fabric need it: the
 * user-data of each host, by the address that asks. Usage: lab-metadata.ts FILE, which holds
 * {"ADDRESS": {"id", "name", "userData"}}.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

type Known = Readonly<
  Record<string, { readonly id: string; readonly name: string; readonly userData: string }>
>;

const [file = ""] = process.argv.slice(2);

const server = createServer((request, response) => {
  const asking = request.socket.remoteAddress ?? "";
  const known: Known = JSON.parse(readFileSync(file, "utf8"));
  const host = known[asking];
  const path = (request.url ?? "").replace(/\/$/, "");
  const answers: Readonly<Record<string, string | undefined>> = {
    "/1.0/meta-data": "instance-id\nlocal-hostname",
    "/1.0/meta-data/instance-id": host?.id,
    "/1.0/meta-data/local-hostname": host?.name,
    "/1.0/user-data": host?.userData,
  };
  const answer = answers[path];
  response.writeHead(answer === undefined ? 404 : 200, { "content-type": "text/plain" });
  response.end(answer ?? "");
});
// Nobody has a password here; saying so at once spares a wait.
const passwords = createServer((_, response) => response.end("saved_password"));
passwords.listen(8080, "169.254.169.254");
server.listen(80, "169.254.169.254", () => process.stdout.write("ready\n"));
