/**
 * The network between agents that run on one machine: every node has a loopback address of its own
 * that it listens on, and one that the others send to. Between the two stands this relay, which
 * tests cut link by link. It forwards datagrams as they are, from the sender's public address.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

export type Network = {
  readonly port: number;
  /** Where a node listens. */
  readonly home: (node: string) => string;
  /** The address that its peers and the cloud know it by. */
  readonly publicIp: (node: string) => string;
  readonly cut: (from: string, to: string) => void;
  readonly mend: () => void;
  /** Datagrams that were sent on, by `from>to`. */
  readonly passed: ReadonlyMap<string, readonly Uint8Array[]>;
  /** When the last one was, by the clock of `performance`. */
  readonly lastPassedMs: (link: string) => number;
  /** Sends bytes to a node as if another node had. */
  readonly inject: (from: string, to: string, bytes: Uint8Array) => void;
  readonly close: () => void;
};

/** Groups of one test run live in networks of their own: 127.77.N.x. */
let networks = process.pid % 200;

export async function startNetwork(nodes: readonly string[]): Promise<Network> {
  networks = (networks + 1) % 250;
  const net = `127.77.${networks + 1}`;
  const place = (node: string): number => nodes.indexOf(node) + 1;
  const home = (node: string): string => `${net}.${place(node)}`;
  const publicIp = (node: string): string => `${net}.${100 + place(node)}`;
  const sockets = new Map<string, Socket>();
  const cuts = new Set<string>();
  const passed = new Map<string, Uint8Array[]>();
  const times = new Map<string, number>();
  let port = 0;
  for (const node of nodes) {
    const socket = createSocket("udp4");
    socket.bind(port, publicIp(node));
    await once(socket, "listening");
    port = socket.address().port;
    sockets.set(node, socket);
  }
  const inject: Network["inject"] = (from, to, bytes) =>
    void sockets.get(from)?.send(bytes, port, home(to));
  for (const [to, socket] of sockets) {
    socket.on("message", (bytes, { address }) => {
      const from = nodes.find((node) => home(node) === address);
      if (from === undefined || cuts.has(`${from}>${to}`)) return;
      const link = `${from}>${to}`;
      passed.set(link, [...(passed.get(link) ?? []).slice(-99), bytes]);
      times.set(link, performance.now());
      inject(from, to, bytes);
    });
    socket.on("error", () => undefined);
  }
  return {
    port,
    home,
    publicIp,
    passed,
    lastPassedMs: (link) => times.get(link) ?? NaN,
    inject,
    cut: (from, to) => void cuts.add(`${from}>${to}`),
    mend: () => cuts.clear(),
    close: () => {
      for (const socket of sockets.values()) socket.close();
    },
  };
}
