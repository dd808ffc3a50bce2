/** The model in real time behind HTTP requests: one timer, set to what is due next. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { TLSSocket } from "node:tls";
import type { Cloud, CloudEvent } from "../model/exoscale/cloud.ts";
import { isKept, kept, revived } from "../model/exoscale/keep.ts";
import type { Answer } from "../model/exoscale/request.ts";
import { type CloudInput, createCloud, holdersOf, nextDueMs, step } from "../model/exoscale.ts";
import type { Emulator, EmulatorOptions, LoggedRequest, Sent } from "./exoscale.ts";
import { deliver, sendJson } from "./exoscale-deliver.ts";
import { load, save } from "./exoscale-state.ts";
import { understand } from "./exoscale-understand.ts";

export type Face = Omit<Emulator, "endpoint" | "close"> & {
  readonly take: (
    request: IncomingMessage,
    response: ServerResponse,
    connection: number,
  ) => Promise<void>;
  readonly stop: () => void;
};

/** Who waits for an answer, and how what was sent is told. */
type Asked = {
  readonly response: ServerResponse;
  readonly tell: (answer: Sent | undefined) => void;
  /** The answer in the words of the API that was asked. */
  readonly written: (answer: Answer, cloud: Cloud) => Answer;
};

type Clock = { readonly nowMs: () => number; readonly cloud: Cloud };

/** Virtual time goes on where it was left, as the wall clock has gone on meanwhile. */
function begun(options: EmulatorOptions, apiEndpoint: string): Clock {
  const saved = options.stateFile === undefined ? undefined : load(options.stateFile);
  const startedMs = performance.now();
  const beforeMs = saved === undefined ? 0 : saved.nowMs + Math.max(0, Date.now() - saved.wallMs);
  const settings = { epochMs: Date.now() - beforeMs, ...options.settings };
  const fresh = createCloud({ ...options.world, apiEndpoint }, options.keys, settings);
  return {
    nowMs: () => beforeMs + performance.now() - startedMs,
    cloud: saved === undefined ? fresh : revived(fresh, saved),
  };
}

/** The machine's clock may be set while the lab runs: hosts go by it, and so does their cloud. */
function withTheWall(cloud: Cloud, nowMs: number): Cloud {
  const epochMs = Date.now() - nowMs;
  if (Math.abs(epochMs - cloud.settings.epochMs) < 1000) return cloud;
  return { ...cloud, settings: { ...cloud.settings, epochMs } };
}

export function createFace(options: EmulatorOptions, apiEndpoint: string): Face {
  const { nowMs, cloud: first } = begun(options, apiEndpoint);
  let cloud = first;
  const events = latest<CloudEvent>(options.rememberedMin);
  const requests = latest<LoggedRequest>(options.rememberedMin);
  const waiting = new Map<string, Asked>();
  let timer: NodeJS.Timeout | undefined;

  const input = (given: CloudInput): void => {
    const before = cloud;
    const made = step(withTheWall(cloud, nowMs()), given, nowMs(), options.random);
    cloud = made.cloud;
    // What an answer promises is on disk before the answer is out.
    if (options.stateFile !== undefined && !isKept(before, cloud))
      save(options.stateFile, { ...kept(cloud), nowMs: nowMs(), wallMs: Date.now() });
    for (const event of made.events) {
      events.add(event);
      options.onEvent?.(event);
    }
    for (const answer of made.answers) {
      const asked = waiting.get(answer.id);
      waiting.delete(answer.id);
      asked?.tell(deliver(asked.response, asked.written(answer, cloud)));
    }
    clearTimeout(timer);
    const dueMs = nextDueMs(cloud);
    if (dueMs !== undefined)
      timer = setTimeout(() => input({ kind: "wake" }), Math.max(0, Math.ceil(dueMs - nowMs())));
  };

  const take: Face["take"] = async (request, response, connection) => {
    const { authorization, ...plain } = await heard(request);
    const { method, target, body } = plain;
    const signed = { method, target, body, authorization };
    const secret = (key: string) => secretOf(options, cloud, key);
    const { credential, called, refusal, api } = understand(signed, secret, cloud.world);
    const from = credential.kind === "signed" ? whoHas(options, cloud, credential.key) : "unknown";
    const call = "action" in called ? called.action.call : undefined;
    const expiresS = credential.kind === "signed" ? credential.expiresS : undefined;
    const logged = { atMs: nowMs(), from, method, target, body, call, connection, expiresS };
    const id = String(requests.add(logged));
    const tell = (answer: Sent | undefined): void => {
      if (api === "v2") options.onExchange?.({ ...plain, call, ...(answer && { answer }) });
    };
    if (!("action" in called))
      return tell(sendJson(response, called.status, refusal(called.status, called.message)));
    const { written = (answer: Answer) => answer, ...asked } = called;
    waiting.set(id, { response, tell, written });
    response.on("close", () => {
      if (waiting.delete(id)) tell(undefined);
    });
    const came = { endpoint: endpointOf(request) ?? apiEndpoint, sourceIp: sourceOf(request) };
    input({ kind: "request", request: { id, from, credential, ...came, ...asked } });
  };

  if (nextDueMs(cloud) !== undefined) input({ kind: "wake" });
  return {
    requests: requests.list,
    events: events.list,
    input,
    take,
    nowMs,
    world: () => cloud.world,
    holders: (elasticIp) => {
      input({ kind: "wake" });
      return holdersOf(cloud, elasticIp);
    },
    stop: () => clearTimeout(timer),
  };
}

/** A lab runs for days: what is older than so many is dropped, many at a time. */
function latest<One>(min = 20_000) {
  const list: One[] = [];
  let count = 0;
  /** Gives how many there were so far. */
  const add = (one: One): number => {
    list.push(one);
    if (list.length > 2 * min) list.splice(0, list.length - min);
    count += 1;
    return count;
  };
  return { list, add };
}

const heard = async (request: IncomingMessage) => ({
  method: request.method ?? "",
  target: request.url ?? "",
  authorization: request.headers.authorization,
  contentType: request.headers["content-type"],
  body: await text(request),
});

const secretOf = ({ keys }: EmulatorOptions, { world }: Cloud, key: string): string | undefined =>
  (Object.hasOwn(keys, key) ? keys[key]?.secret : undefined) ??
  (Object.hasOwn(world.apiKeys, key) ? world.apiKeys[key]?.secret : undefined);

/** A key of the agents is shared by all nodes: it goes by its name. */
const whoHas = ({ keys }: EmulatorOptions, { world }: Cloud, key: string): string =>
  keys[key]?.node ?? world.apiKeys[key]?.name ?? "";

const sourceOf = ({ socket }: IncomingMessage): string => socket.remoteAddress ?? "";

/** The base that the caller came by, so that a zone's endpoint is one that it can reach. */
function endpointOf(request: IncomingMessage): string | undefined {
  const { host } = request.headers;
  if (host === undefined) return undefined;
  return `${request.socket instanceof TLSSocket ? "https" : "http"}://${host}/v2`;
}
