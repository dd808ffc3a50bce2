/** `check --online`: looks at all that must be right before an address can fail over. */
import type { Cloud } from "../cloud/cloud.ts";
import type { AgentConfig } from "../config.ts";
import { carries } from "../host/network.ts";
import { askAgent } from "../status/client.ts";
import type { Status } from "../status/status.ts";

export type CheckParts = {
  readonly cloud: Cloud;
  readonly config: AgentConfig;
  readonly self: string;
  readonly nowMs: () => number;
  readonly say: (line: string) => void;
};

const attemptMs = 10_000;
const clockMs = 60_000;
/** No instance has this id: a move of it changes nothing, and shows what the key may do. */
const nobody = "00000000-0000-4000-8000-000000000000";

/** What it says of a peer that it waits for: never heard, or in one direction alone. */
export const unheard = ["never heard", "not heard both ways"] as const;

const operations = {
  claim: "attach-instance-to-elastic-ip",
  release: "detach-instance-from-elastic-ip",
};

/** One line for each finding; gives whether all of them are good. */
export async function checkOnline({
  cloud,
  config,
  self,
  nowMs,
  say,
}: CheckParts): Promise<boolean> {
  let good = true;
  const tell = (fine: boolean, what: string, fix: string): void => {
    good = good && fine;
    say(fine ? `ok    ${what}` : `wrong ${what}\n      ${fix}`);
  };
  const deadline = () => ({ deadlineMs: nowMs() + attemptMs });

  const seen = await cloud.observe({ candidates: [self], ...deadline() });
  const reached = seen.kind === "done";
  tell(
    reached,
    `the API answers${reached ? "" : `: ${seen.message}`}`,
    "look at the endpoint, the key and the route to it",
  );
  const aheadMs = cloud.clockAheadMs();
  tell(
    aheadMs !== undefined && Math.abs(aheadMs) < clockMs,
    aheadMs === undefined
      ? "nothing told the time, so this host's clock may be off"
      : `this host's clock is off by ${Math.round(aheadMs / 1000)} s`,
    "timedatectl set-ntp true",
  );
  if (reached) {
    const found = seen.value.instances[self]?.gone === false;
    tell(found, `this is instance ${self}`, "give the right id by `instance`");
  }
  const ids = await cloud.addressIds(deadline());
  for (const { ip = "" } of config.addresses) {
    const id = ids.kind === "done" ? ids.value[ip] : undefined;
    tell(
      id !== undefined,
      `the cloud knows ${ip}${ids.kind === "done" ? "" : `: ${ids.message}`}`,
      "create it in this zone, or let the key list elastic IPs",
    );
    tell(
      carries(ip),
      `${ip} is on this host`,
      `ip addr add ${ip} dev lo, and in the host's configuration`,
    );
    if (id === undefined) continue;
    for (const verb of ["claim", "release"] as const) {
      const dry = await cloud[verb]({ address: id, instance: nobody, ...deadline() });
      const allowed = dry.kind === "refused" && dry.why !== "auth" && dry.why !== "forbidden";
      const why = dry.kind === "done" ? "" : dry.message;
      tell(
        allowed,
        `the key may ${verb} ${ip}${allowed ? "" : `: ${why}`}`,
        `its role must allow ${operations[verb]}`,
      );
    }
  }
  await checkPeers(config, tell);
  return good;
}

/** Only the agent that runs hears the peers, so it is asked. */
async function checkPeers(
  { statusSocket = "/run/baton/status.sock" }: AgentConfig,
  tell: (fine: boolean, what: string, fix: string) => void,
): Promise<void> {
  try {
    const { code, text } = await askAgent(statusSocket, "GET", "/status");
    if (code !== 200) throw new Error(text.trim());
    const { peers }: Status = JSON.parse(text);
    tell(
      peers.length > 0,
      `${peers.length} peers are known`,
      "look at the peers' security group or label",
    );
    for (const { name, heardMs, bothWays } of peers) {
      const [never, oneWay] = unheard;
      const heard = heardMs === undefined ? never : bothWays ? "heard both ways" : oneWay;
      tell(
        bothWays,
        `${name} is ${heard}`,
        "let the heartbeat's UDP port in from the group itself",
      );
    }
  } catch (error) {
    tell(false, `peers: ${(error as Error).message}`, "systemctl start baton");
  }
}
