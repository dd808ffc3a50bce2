/** The engine's values: as Protobuf structs, with secrets marked by a signature of its own. */
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { type Fields, isFields } from "./values.ts";

type Struct = InstanceType<typeof struct.Struct>;

/** Source: the engine's wire format. */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Plain values: secrets and outputs out of their wrappers. */
export const fromStruct = (given: Struct | undefined): Fields =>
  given === undefined ? {} : (plain(given.toJavaScript()) as Fields);

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isFields(value)) return value;
  if (value[signature] === secretSignature || value[signature] === outputSignature)
    return plain(value.value);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, one]) => one !== null && !name.startsWith("__"))
      .map(([name, one]) => [name, plain(one)]),
  );
}

export function toStruct(fields: Fields, secrets: readonly string[] = []): Struct {
  const values = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, secrets.includes(name) ? hidden(value) : value]);
  return struct.Struct.fromJavaScript(Object.fromEntries(values));
}

const hidden = (value: unknown): Fields => ({ [signature]: secretSignature, value });
