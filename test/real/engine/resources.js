/** Resources by the provider's tokens, as thin as can be, for the programs of the tests. */
import * as pulumi from "@pulumi/pulumi";

const made =
  (token, outputs = []) =>
  (name, properties, options = {}) => {
    const later = Object.fromEntries(outputs.map((output) => [output, undefined]));
    return new pulumi.CustomResource(
      `exoscale:index/${token}`,
      name,
      { ...later, ...properties },
      {
        version: "0.66.1",
        pluginDownloadURL: "github://api.github.com/pulumiverse/pulumi-exoscale",
        ...options,
      },
    );
  };

export const securityGroup = made("securityGroup:SecurityGroup");
export const rule = made("securityGroupRule:SecurityGroupRule");
export const elasticIp = made("elasticIp:ElasticIp", ["ipAddress"]);
export const instance = made("computeInstance:ComputeInstance", ["publicIpAddress", "userData"]);
export const network = made("privateNetwork:PrivateNetwork");
export const sshKey = made("sshKey:SshKey", ["fingerprint"]);
export const antiAffinity = made("antiAffinityGroup:AntiAffinityGroup");
export const role = made("iamRole:IamRole");
export const apiKey = made("iamApiKey:IamApiKey", ["key", "secret"]);

export const template = (name, zone) =>
  pulumi.runtime.invoke(
    "exoscale:index/getTemplate:getTemplate",
    { name, zone },
    { version: "0.66.1" },
  );
