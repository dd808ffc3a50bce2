/** Failures as the engine understands them: with what was made although something failed. */
import { Metadata, type ServerErrorResponse, status } from "@grpc/grpc-js";
import pulumi from "@pulumi/pulumi/proto/provider_pb.js";
import rpc from "@pulumi/pulumi/proto/status_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import { HalfMade } from "./provider.ts";
import { toStruct } from "./struct.ts";

/** Whoever reads an error has to know that it is not the real provider's. */
const speaker = "the lab's stand-in for the Exoscale provider";

export function failureOf(error: unknown): Partial<ServerErrorResponse> {
  const message = `${speaker}: ${error instanceof Error ? error.message : String(error)}`;
  if (!(error instanceof HalfMade)) return { code: status.UNKNOWN, details: message };
  const detail = new pulumi.ErrorResourceInitFailed()
    .setId(error.id)
    .setProperties(toStruct(error.state, error.secrets))
    .setReasonsList([message]);
  const details = new any.Any();
  details.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const whole = new rpc.Status().setCode(status.UNKNOWN).setMessage(message).addDetails(details);
  const metadata = new Metadata();
  // Where gRPC carries what an error has beside its words.
  metadata.add("grpc-status-details-bin", Buffer.from(whole.serializeBinary()));
  return { code: status.UNKNOWN, details: message, metadata };
}
