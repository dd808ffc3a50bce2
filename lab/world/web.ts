/** The one web server of the lab's internet: hosts fetch the agent from it, by the stack's URL. */
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer } from "node:https";
import type { Certificate } from "../emulators/exoscale.ts";

export type Web = {
  readonly close: () => Promise<void>;
};

/** @param files content by host name and path: `downloads.example.com/agent.js` */
export async function serveWeb(
  socket: string,
  certificate: Certificate,
  files: ReadonlyMap<string, string>,
): Promise<Web> {
  const server = createServer(certificate, (request, response) => {
    const file = files.get(`${request.headers.host ?? ""}${request.url ?? ""}`);
    response.writeHead(file === undefined ? 404 : 200, { "content-type": "text/plain" });
    response.end(file ?? "the lab's internet has no such page\n");
  });
  rmSync(socket, { force: true });
  server.listen(socket);
  await once(server, "listening");
  return {
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
