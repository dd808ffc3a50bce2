/**
 * The lab's stand-in for the Exoscale provider plugin, which is in no package registry: the same
 * types and rules, and the documented API on the other side. The engine starts it, and reads the
 * port that it listens on from its first line.
 */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import grpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { createService } from "./service.ts";

// User-data travels whole, and refreshes read many things at once.
const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

const server = new Server(unlimited);
server.addService(grpc.ResourceProviderService, createService(process.env));
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${port}\n`);
});

// An engine that is killed cannot end its plugins.
const engine = process.ppid;
setInterval(() => {
  if (process.ppid !== engine) process.exit(0);
}, 1000).unref();
