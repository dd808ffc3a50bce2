/**
 * keepalived with a notify script, as its users write them: no agent runs beside it. It speaks over
 * the private network, since security groups pass no VRRP. That it is the master shows by the
 * virtual address there; the failover address itself lies on both hosts' loopback, as with baton.
 */
import type { Bench } from "../../real/lab/bench.ts";
import { type Node, nodes, nodesWhere, otherOf, type Peer, printed, putFile } from "./peer.ts";

const folder = "/etc/keepalived";
const link = "eth1";
const deadRatio = 3;

/** VRRP's own: three intervals and a skew that grows as the priority falls (RFC 5798, 6.1). */
const deadMsOf = (intervalMs: number): number =>
  deadRatio * intervalMs + (intervalMs * (256 - 100)) / 256;

export const keepalived = (intervalMs: number): Peer => ({
  name: `keepalived-${intervalMs / 1000}s`,
  title: `keepalived, ${intervalMs / 1000} s`,
  deadMs: deadMsOf(intervalMs),
  unit: "keepalived",
  leaves: (bench) => `ip address flush dev ${link} to ${virtualIp(bench)}/32`,
  install: async (bench) => {
    for (const node of nodes)
      for (const [name, content, mode] of [
        ["keepalived.conf", configuration(bench, node, intervalMs), 0o600],
        ["take-address", takeAddress(accountOf(bench, node)), 0o700],
      ] as const)
        await putFile(bench, node, { path: `${folder}/${name}`, content, mode });
  },
  elected: (bench) =>
    nodesWhere(bench, async (node) => {
      const shown = await printed(bench, node, "ip", "-4", "-brief", "address", "show", link);
      return shown.includes(`${virtualIp(bench)}/`);
    }),
  isWell: async (bench) => {
    const states = nodes.map((node) =>
      printed(bench, node, "systemctl", "is-active", "keepalived"),
    );
    return (await Promise.all(states)).every((state) => state.trim() === "active");
  },
});

function privateIp({ lab }: Bench, node: Node): string {
  const [ip] = Object.values(lab.stack.nodes.find(({ name }) => name === node)?.ips ?? {});
  if (ip === undefined) throw new Error(`${node} has no address on a private network`);
  return ip;
}

const virtualIp = (bench: Bench): string => privateIp(bench, "lb1").replace(/\.\d+$/, ".250");

function configuration(bench: Bench, node: Node, intervalMs: number): string {
  const isFirst = node === "lb1";
  return `global_defs {
    enable_script_security
    script_user root
${intervalMs < 1000 ? "    vrrp_version 3\n" : ""}}

vrrp_instance VI_1 {
    state ${isFirst ? "MASTER" : "BACKUP"}
    interface ${link}
    virtual_router_id 51
    priority ${isFirst ? 200 : 100}
    advert_int ${intervalMs / 1000}
    unicast_src_ip ${privateIp(bench, node)}
    unicast_peer {
        ${privateIp(bench, otherOf(node))}
    }
    virtual_ipaddress {
        ${virtualIp(bench)}/32 dev ${link}
    }
    notify_master "${folder}/take-address"
}
`;
}

/** What the script has to know of the cloud. */
type Account = {
  readonly api: string;
  readonly key: string;
  readonly secret: string;
  readonly elasticIp: string;
  readonly self: string;
  readonly other: string;
};

function accountOf({ lab, address }: Bench, node: Node): Account {
  const { zone, apiKeys, elasticIps } = lab.cloud.world();
  const [key] = Object.values(apiKeys);
  const elasticIp = Object.values(elasticIps).find(({ ip }) => ip === address);
  if (key === undefined || elasticIp === undefined) throw new Error("the stack is not up");
  return {
    api: `https://api-${zone}.exoscale.com`,
    key: key.key,
    secret: key.secret,
    elasticIp: elasticIp.id,
    self: lab.instance(node).id,
    other: lab.instance(otherOf(node)).id,
  };
}

/** A careful one: it waits for the claim's end before it releases. Each is tried once. */
const takeAddress = ({ api, key, secret, elasticIp, self, other }: Account): string => `#!/bin/sh
# Run by keepalived as this host becomes master: attaches the address here, then detaches the other.
call() { # METHOD PATH BODY
  expires=$(($(date +%s) + 60))
  signature=$(printf '%s /v2%s\\n%s\\n\\n\\n%s' "$1" "$2" "$3" "$expires" |
    openssl dgst -sha256 -hmac '${secret}' -binary | base64)
  curl --silent --fail --max-time 10 --request "$1" \\
    --header "Authorization: EXO2-HMAC-SHA256 credential=${key},expires=$expires,signature=$signature" \\
    --header 'Content-Type: application/json' \${3:+--data "$3"} '${api}/v2'"$2"
}
move() { # attach|detach INSTANCE
  begun=$(call PUT '/elastic-ip/${elasticIp}:'"$1" '{"instance":{"id":"'"$2"'"}}') || return 1
  operation=$(echo "$begun" | grep -o '"id":"[^"]*"' | head -n 1 | cut -d '"' -f 4)
  while sleep 1; do
    case $(call GET "/operation/$operation") in
      *'"state":"success"'*) return 0 ;;
      *'"state":"pending"'*) ;;
      *) return 1 ;;
    esac
  done
}
move attach ${self} && move detach ${other}
`;
