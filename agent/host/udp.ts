/**
 * The heartbeat's sockets: one for each family, opened again and again until that works. Nothing
 * here ends the agent: a network that is not there yet may come.
 */
import { createSocket, type Socket } from "dgram";
import { isIP, isIPv6 } from "net";

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
/** The host has no IPv6 now, which is nobody's trouble. */
const noFamily = /EAFNOSUPPORT|EADDRNOTAVAIL|EINVAL/;

type Family = "udp4" | "udp6";

/** Begins to listen and goes on trying; what is sent meanwhile is lost, as UDP may lose it. */
export function openUdp({ port, host, onDatagram, onTrouble }: UdpParts): Udp {
  /** No socket while one is being opened; no entry where there is none to be had. */
  const sockets = new Map<Family, Socket | undefined>();
  const timers = new Map<Family, NodeJS.Timeout>();
  const { trouble, sendsTo } = createTroubles(onTrouble);
  let closed = false;

  const open = (family: Family): void => {
    sockets.set(family, undefined);
    const socket = createSocket({ type: family, ipv6Only: family === "udp6" });
    socket.on("message", (bytes, { address }) => onDatagram(bytes, address.split("%")[0] ?? ""));
    socket.on("error", ({ code = "" }: NodeJS.ErrnoException) => {
      socket.close();
      sockets.delete(family);
      if (closed) return;
      if (family === "udp4" || host || !noFamily.test(code)) {
        sockets.set(family, undefined);
        trouble(family, `cannot listen on UDP ${host ?? "*"}:${port}: ${code}; trying again`);
      }
      timers.set(
        family,
        setTimeout(() => open(family), againMs),
      );
    });
    socket.bind(port, host, () => {
      // The address is looked up in the meantime, even one that is written in figures.
      if (closed) socket.close();
      else {
        sockets.set(family, socket);
        trouble(family, undefined);
      }
    });
  };

  if (!host || !isIPv6(host)) open("udp4");
  if (!host || isIPv6(host)) open("udp6");

  return {
    send(bytes, ip) {
      if (closed) return;
      const family = isIPv6(ip) ? "udp6" : "udp4";
      const failure = (why: string): string => `cannot send to ${ip}: ${why}`;
      sendsTo(ip);
      if (!sockets.has(family))
        trouble(ip, failure(`no IPv${family.slice(3)} on ${host ?? "this host"}`));
      sockets.get(family)?.send(bytes, port, ip, (error) => {
        const { code } = (error ?? {}) as NodeJS.ErrnoException;
        // Who refuses is there, and only does not listen.
        trouble(ip, code !== undefined && code !== "ECONNREFUSED" ? failure(code) : undefined);
      });
    },
    close() {
      closed = true;
      for (const timer of timers.values()) clearTimeout(timer);
      for (const socket of sockets.values()) socket?.close();
      sockets.clear();
    },
  };
}

/** Tells of all that is wrong now, once for each change of it. */
function createTroubles(onTrouble: UdpParts["onTrouble"]) {
  const troubles = new Map<string, string>();
  let told: string | undefined;
  /** The peers that were sent to since all of them were. */
  let round = new Set<string>();

  const trouble = (about: string, text: string | undefined): void => {
    if (text === undefined) troubles.delete(about);
    else troubles.set(about, text);
    const all = [...troubles.values()].join("; ") || undefined;
    if (all !== told) onTrouble(all);
    told = all;
  };

  const sendsTo = (ip: string): void => {
    if (round.has(ip)) {
      // A peer that a whole round left out has gone, and is no trouble any more.
      for (const about of [...troubles.keys()])
        if (isIP(about) && !round.has(about)) trouble(about, undefined);
      round = new Set();
    }
    round.add(ip);
  };

  return { trouble, sendsTo };
}
