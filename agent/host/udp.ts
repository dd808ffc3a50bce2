/**
 * The heartbeat's sockets: one for each family, opened again and again until that works. Nothing
 * here ends the agent: a network that is not there yet may come.
 */
import { createSocket, type Socket } from "dgram";
import { isIPv6 } from "net";

export type UdpParts = {
  readonly port: number;
  /** Listens on this address alone, instead of on every one. */
  readonly host?: string;
  /** `from` is in canonical text. */
  readonly onDatagram: (bytes: Uint8Array, from: string) => void;
  /** What keeps heartbeats from coming or going, when that changes; undefined when nothing does. */
  readonly onTrouble: (text: string | undefined) => void;
};

export type Udp = {
  readonly send: (bytes: Uint8Array, ip: string) => void;
  readonly close: () => void;
};

const againMs = 1_000;
/** The host has no IPv6 at all, which is nobody's trouble. */
const noFamily = /EAFNOSUPPORT|EADDRNOTAVAIL|EINVAL/;

export function openUdp({ port, host, onDatagram, onTrouble }: UdpParts): Udp {
  const sockets = new Map<"udp4" | "udp6", Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const troubles = new Map<string, string>();
  let told: string | undefined;
  let closed = false;

  const trouble = (about: string, text: string | undefined): void => {
    if (text === undefined) troubles.delete(about);
    else troubles.set(about, text);
    const all = [...troubles.values()].join("; ") || undefined;
    if (all !== told) onTrouble(all);
    told = all;
  };

  const open = (family: "udp4" | "udp6"): void => {
    const socket = createSocket({ type: family, ipv6Only: family === "udp6" });
    socket.on("message", (bytes, { address }) => onDatagram(bytes, address.split("%")[0] ?? ""));
    socket.on("error", ({ code = "" }: NodeJS.ErrnoException) => {
      socket.close();
      sockets.delete(family);
      if (closed || (family === "udp6" && !host && noFamily.test(code))) return;
      trouble(family, `cannot listen on UDP ${host ?? "*"}:${port}: ${code}; trying again`);
      const timer = setTimeout(() => {
        timers.delete(timer);
        open(family);
      }, againMs);
      timers.add(timer);
    });
    socket.bind(port, host, () => {
      sockets.set(family, socket);
      trouble(family, undefined);
    });
  };

  if (!host || !isIPv6(host)) open("udp4");
  if (!host || isIPv6(host)) open("udp6");

  return {
    send(bytes, ip) {
      const socket = sockets.get(isIPv6(ip) ? "udp6" : "udp4");
      socket?.send(bytes, port, ip, (error) => {
        const { code } = (error ?? {}) as NodeJS.ErrnoException;
        // Who refuses is there, and only does not listen.
        const failed = code !== undefined && code !== "ECONNREFUSED";
        trouble(ip, failed ? `cannot send to ${ip}: ${code}` : undefined);
      });
    },
    close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets.values()) socket.close();
    },
  };
}
