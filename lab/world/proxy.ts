/**
 * Leads a real provider plugin, which goes to the cloud's own host names, to the emulated cloud: an
 * HTTP proxy on loopback that takes `CONNECT` (RFC 9110, 9.3.6) to these names and to nothing else.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";

export type ApiProxy = { readonly url: string; readonly close: () => Promise<void> };

/** @param socket where the cloud takes TLS */
export async function startProxy(names: readonly string[], socket: string): Promise<ApiProxy> {
  const server = createServer((_, response) => {
    response.writeHead(405, { allow: "CONNECT" });
    response.end();
  });
  server.on("connect", (request, client) => {
    const known = names.some((name) => request.url === `${name}:443`);
    if (!known) {
      client.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const cloud = connect(socket, () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      client.pipe(cloud).pipe(client);
    });
    cloud.on("error", () => client.destroy());
    client.on("error", () => cloud.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
