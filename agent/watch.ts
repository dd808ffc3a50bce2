/**
 * The watchdog: finds out who and where it is, then wires the parts together. A fault that may pass
 * never ends it: it says what it waits for, and goes on waiting.
 */
import { randomBytes } from "crypto";
import type { Cloud } from "./cloud/cloud.ts";
import { createMover } from "./cloud/mover.ts";
import type { AgentConfig, AgentCredentials } from "./config.ts";
import { silent } from "./core/peers.ts";
import type { Effect, State } from "./core/state.ts";
import { createGroup, type Group } from "./election/group.ts";
import { createHeartbeat, type HeartbeatOptions } from "./election/heartbeat.ts";
import { idsOf, type Member, nodeOf } from "./election/member.ts";
import { runChecks } from "./host/checks.ts";
import { monotonicMs as nowMs } from "./host/clock.ts";
import type { Log } from "./host/log.ts";
import { openUdp } from "./host/udp.ts";
import type { Journal } from "./journal.ts";
import { createPump, type Pump } from "./pump.ts";
import { deadlineMs, settingsOf } from "./settings.ts";
import { hmacKeys, keyFromBase64 } from "./wire/hmac.ts";
import type { Keys } from "./wire/keys.ts";

export type WatchParts = {
  readonly config: AgentConfig;
  readonly credentials: () => AgentCredentials;
  readonly self: string;
  readonly cloud: Cloud;
  readonly log: Log;
  readonly journal: Journal;
  /** A person asked for our state by exoip's datagram. */
  readonly info: (state: State) => void;
  /** Ends the program. */
  readonly exit: () => void;
};

export type Watch = {
  readonly pump: Pump;
  readonly group: Group;
  readonly counters: ReturnType<typeof createHeartbeat>["counters"];
  /** Reads the keys again, and looks at the peers and the cloud now. */
  readonly look: () => void;
  readonly stop: () => void;
};

/** Datagrams that were queued during a pause come in so long after it. */
const drainMs = 100;

export function startWatch(parts: WatchParts): Watch {
  const { config, credentials, self, cloud, log, journal } = parts;
  const { election } = config;
  if (election.method !== "heartbeat") throw new Error("this bundle elects by heartbeat");
  const boot = randomBytes(8).toString("hex");
  const keys = (): Keys => hmacKeys(keysOf(credentials()));
  let drained = -Infinity;

  const group = createGroup({
    peers: election.peers,
    self,
    cloud,
    nowMs,
    random: Math.random,
    saved: journal.saved("peers"),
    save: (saved) => journal.save("peers", saved),
    isHeard: (id) => !silent(pump.state(), id),
    onChange: (members) => regroup(members),
    onTrouble: (text) => text && log("warning", text),
  });
  const regroup = (members: readonly Member[]): void => {
    heartbeat.setPeers(members);
    pump.emit({ type: "group", members: members.map(nodeOf) });
  };
  const { node: name } = config;
  const { intervalMs, wire } = election;
  const onStranger = group.meet;
  const options: HeartbeatOptions =
    wire === "exoip"
      ? {
          wire,
          ip: config.addresses[0]?.ip ?? "",
          nicId: election.nicId ?? self,
          nowMs,
          onStranger,
        }
      : { wire, self, name, boot, intervalMs, keys: keys(), nowMs, onStranger };
  const heartbeat = createHeartbeat(options);

  const mover = createMover({
    cloud,
    self,
    ips: config.addresses.map(({ ip = "" }) => ip),
    ids: new Map(config.addresses.flatMap(({ ip, id }) => (ip && id ? [[ip, id]] : []))),
    members: () => idsOf(group.members()),
    nowMs,
    deadlineMs,
    emit: (event) => pump.emit(event),
    onCall: journal.call,
  });

  const carryOut = (effect: Effect): void => {
    switch (effect.type) {
      case "advertise": {
        const bytes = heartbeat.encode(effect.report);
        for (const { ips } of group.members()) if (ips[0]) udp.send(bytes, ips[0]);
        return;
      }
      case "observe":
        return mover.observe(effect.scope);
      case "claim":
        return mover.claim(effect.ip);
      case "release":
        return mover.release(effect.ip, effect.whom);
      case "abandon":
        cloud.drop();
        heartbeat.forget();
        drained = nowMs() + drainMs;
        return;
      case "note":
        return journal.note(effect.note);
      case "exit":
        return parts.exit();
    }
  };

  const settings = settingsOf(config, self, boot, cloud);
  const random = 0.01 + 0.98 * Math.random();
  const pump = createPump({ settings, nowMs, random, carryOut });

  const udp = openUdp({
    port: election.port,
    ...(election.listen && { host: election.listen }),
    onDatagram(bytes, from) {
      pump.wake();
      // exoip's frames cannot prove that they are of now.
      if (wire === "exoip" && nowMs() < drained) return;
      const received = heartbeat.receive(bytes, from);
      if (received.kind === "frame") {
        pump.emit({ type: "frame", from: received.from, frame: received.frame });
      }
      if (received.kind === "info") parts.info(pump.state());
      else if (received.sendNow) pump.emit({ type: "advertise" });
    },
    onTrouble: (text) => log(text ? "warning" : "notice", text ?? "heartbeats come and go again"),
  });

  regroup(group.members());
  const ticker = setInterval(group.tick, 1_000);
  group.tick();
  const checks = runChecks(config.health, (index, good, why) =>
    pump.emit({ type: "check", index, good, ...(why !== undefined && { why }) }),
  );

  return {
    pump,
    group,
    counters: heartbeat.counters,
    look() {
      if (wire === "authenticated") heartbeat.setKeys(keys());
      group.refresh();
      pump.emit({ type: "look" });
    },
    stop() {
      clearInterval(ticker);
      checks.stop();
      pump.stop();
      udp.close();
      cloud.drop();
    },
  };
}

function keysOf({ heartbeatKeys }: AgentCredentials): Uint8Array[] {
  return heartbeatKeys.flatMap((text) => keyFromBase64(text) ?? []);
}
