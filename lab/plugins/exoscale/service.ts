/** The engine's gRPC protocol for resource providers, around the stand-in's plain functions. */
import type { ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import pulumi from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { type Api, createApi } from "./api.ts";
import { failureOf } from "./failed.ts";
import * as standIn from "./provider.ts";
import { covers, planned } from "./resource.ts";
import { settingsFrom } from "./settings.ts";
import { fromStruct, toStruct } from "./struct.ts";

/** A type of the protocol: what its class makes. */
type Of<T extends abstract new (...args: never) => unknown> = InstanceType<T>;

const unary =
  <Request, Answer>(answer: (request: Request) => Answer | Promise<Answer>) =>
  (call: ServerUnaryCall<Request, Answer>, done: sendUnaryData<Answer>): void => {
    Promise.resolve(call.request)
      .then(answer)
      .then(
        (value) => done(null, value),
        (error) => done(failureOf(error)),
      );
  };

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
function named(urn: string): { readonly type: string; readonly name: string } {
  const [, , types = "", name = ""] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name };
}

/** @param environment the process's own */
export function createService(environment: NodeJS.ProcessEnv): UntypedServiceImplementation {
  let api: Api | undefined;
  const ready = (): Api => {
    if (api === undefined) throw new Error("the provider was not configured");
    return api;
  };
  return {
    ...told,
    ...considered,
    configure: unary((request: Of<typeof pulumi.ConfigureRequest>) => {
      const config = request
        .getVariablesMap()
        .toObject()
        .map(([name, value]) => [name.replace(/^exoscale:config:/, ""), value] as const);
      api = createApi(settingsFrom(Object.fromEntries(config), environment));
      return new pulumi.ConfigureResponse().setSupportspreview(true);
    }),
    create: unary(async (request: Of<typeof pulumi.CreateRequest>) => {
      const { type } = named(request.getUrn());
      const inputs = fromStruct(request.getProperties());
      const answer = new pulumi.CreateResponse();
      if (request.getPreview())
        return answer.setProperties(toStruct(standIn.foreseen(type, inputs)));
      const { id, state } = await standIn.create(ready(), type, inputs);
      return answer.setId(id).setProperties(toStruct(state, standIn.resourceOf(type).secrets));
    }),
    read: unary(async (request: Of<typeof pulumi.ReadRequest>) => {
      const { type } = named(request.getUrn());
      const state = fromStruct(request.getProperties());
      const inputs = fromStruct(request.getInputs());
      const seen = await standIn.read(ready(), type, request.getId(), state, inputs);
      // An answer without an id says that the object is gone.
      if (seen === undefined) return new pulumi.ReadResponse();
      return new pulumi.ReadResponse()
        .setId(seen.id)
        .setProperties(toStruct(seen.state, standIn.resourceOf(type).secrets))
        .setInputs(toStruct(seen.inputs));
    }),
    update: unary(async (request: Of<typeof pulumi.UpdateRequest>) => {
      const { type } = named(request.getUrn());
      const olds = fromStruct(request.getOlds());
      const inputs = fromStruct(request.getNews());
      const resource = standIn.resourceOf(type);
      const plan = planned(resource, olds, inputs, request.getIgnorechangesList());
      const state = request.getPreview()
        ? { ...olds, ...plan.news }
        : await standIn.update(ready(), type, request.getId(), olds, plan);
      return new pulumi.UpdateResponse().setProperties(toStruct(state, resource.secrets));
    }),
    delete: unary(async (request: Of<typeof pulumi.DeleteRequest>) => {
      const { type } = named(request.getUrn());
      const state = fromStruct(request.getProperties());
      await standIn.remove(ready(), type, request.getId(), state);
      return new empty.Empty();
    }),
    invoke: unary(async (request: Of<typeof pulumi.InvokeRequest>) => {
      const asked = fromStruct(request.getArgs());
      const found = await standIn.invoke(ready(), request.getTok(), asked);
      return new pulumi.InvokeResponse().setReturn(toStruct(found));
    }),
  };
}

/** What the plugin says of itself. */
const told: UntypedServiceImplementation = {
  getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(standIn.version)),
  getSchema: unary(() =>
    new pulumi.GetSchemaResponse().setSchema(
      JSON.stringify({ name: "exoscale", version: standIn.version }),
    ),
  ),
  attach: unary(() => new empty.Empty()),
  // What is under way in the cloud comes to its end whether somebody waits for it or not.
  cancel: unary(() => new empty.Empty()),
};

/** What is answered without the cloud. */
const considered: UntypedServiceImplementation = {
  checkConfig: unary((request: Of<typeof pulumi.CheckRequest>) =>
    new pulumi.CheckResponse().setInputs(request.getNews()),
  ),
  diffConfig: unary((request: Of<typeof pulumi.DiffRequest>) => {
    const { DIFF_NONE, DIFF_SOME } = pulumi.DiffResponse.DiffChanges;
    const olds = fromStruct(request.getOlds());
    const news = fromStruct(request.getNews());
    // The engine goes on with the old config where nothing has changed.
    const isSame = covers(olds, news) && covers(news, olds);
    return new pulumi.DiffResponse().setChanges(isSame ? DIFF_NONE : DIFF_SOME);
  }),
  check: unary((request: Of<typeof pulumi.CheckRequest>) => {
    const { type, name } = named(request.getUrn());
    const olds = fromStruct(request.getOlds());
    const { inputs, failures } = standIn.check(type, name, olds, fromStruct(request.getNews()));
    const told = failures.map(({ property, reason }) =>
      new pulumi.CheckFailure().setProperty(property).setReason(reason),
    );
    return new pulumi.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(told);
  }),
  diff: unary((request: Of<typeof pulumi.DiffRequest>) => {
    const { type } = named(request.getUrn());
    const ignored = request.getIgnorechangesList();
    const olds = fromStruct(request.getOlds());
    return diffAnswer(standIn.diff(type, olds, fromStruct(request.getNews()), ignored));
  }),
};

function diffAnswer({ changed, replaces }: standIn.Diff): Of<typeof pulumi.DiffResponse> {
  const { DIFF_NONE, DIFF_SOME } = pulumi.DiffResponse.DiffChanges;
  const { Kind } = pulumi.PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  } as const;
  const answer = new pulumi.DiffResponse()
    .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setReplacesList([...replaces])
    .setDiffsList(changed.map(({ name }) => name))
    .setHasdetaileddiff(true);
  for (const { name, how } of changed) {
    const kind = kinds[how][replaces.includes(name) ? 1 : 0];
    answer.getDetaileddiffMap().set(name, new pulumi.PropertyDiff().setKind(kind));
  }
  return answer;
}
