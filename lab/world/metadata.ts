/**
 * The cloud's metadata service, a stand-in that runs in the router's namespace, where hosts look
 * for it. Both trees of the real one: cloud-init's (`/1.0`) and the older (`/latest`), and the
 * password server that cloud-init asks beside it.
 * Usage: metadata.ts FILE, which holds a MetadataList and is read anew at each request.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { metadataAddress } from "../fabric/addresses.ts";
import type { Described, MetadataList } from "./metadata-list.ts";

const [file = ""] = process.argv.slice(2);

const whoAsks = (address: string | undefined): Described | undefined => {
  const list: MetadataList = JSON.parse(readFileSync(file, "utf8"));
  return address !== undefined && Object.hasOwn(list, address) ? list[address] : undefined;
};

const metaData = (host: Described): Readonly<Record<string, string>> => ({
  "availability-zone": host.zone,
  "cloud-identifier": "CloudStack-{lab}",
  "instance-id": host.id,
  "local-hostname": host.name,
  "local-ipv4": host.publicIp,
  "public-hostname": host.publicIp,
  "public-ipv4": host.publicIp,
  "public-keys": host.sshKeys,
  "service-offering": host.size,
  "vm-id": host.id,
});

function answerTo(path: string, host: Described): string | Buffer | undefined {
  const [tree, what, key] = path.split("/").filter((part) => part !== "");
  if (tree !== "1.0" && tree !== "latest") return undefined;
  if (what === "user-data") return Buffer.from(host.userData, "base64");
  const all = metaData(host);
  if (what === "meta-data") return key === undefined ? Object.keys(all).join("\n") : all[key];
  // The oldest form has the keys without a folder of their own.
  return tree === "latest" && what !== undefined ? all[what] : undefined;
}

const server = createServer((request, response) => {
  const host = whoAsks(request.socket.remoteAddress);
  const answer = host && answerTo((request.url ?? "").split("?")[0] ?? "", host);
  response.writeHead(answer === undefined ? 404 : 200, { "content-type": "text/plain" });
  response.end(answer ?? "");
});
// Nobody has a password here; saying so at once spares a wait.
const passwords = createServer((_, response) => response.end("saved_password"));
passwords.listen(8080, metadataAddress);
server.listen(80, metadataAddress, () => process.stdout.write("ready\n"));
