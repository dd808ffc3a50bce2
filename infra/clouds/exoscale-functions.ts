/** The provider's functions that a stack needs: they ask the cloud and change nothing. */
import * as pulumi from "@pulumi/pulumi";
import { provider } from "./exoscale-resources.ts";

export type TemplateQuery = {
  readonly id?: string;
  readonly name?: string;
  readonly visibility?: string;
  readonly zone: string;
};

export type Template = {
  readonly defaultUser: string;
  readonly id?: string;
  readonly name?: string;
  readonly visibility?: string;
  readonly zone: string;
};

/** The newest template of a name, or the one of an id. */
export const getTemplate = (
  query: TemplateQuery,
  options: pulumi.InvokeOptions,
): Promise<Template> => ask("getTemplate", query, options);

export type ElasticIpQuery = {
  readonly id?: string;
  readonly ipAddress?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly zone: string;
};

export type FoundElasticIp = {
  readonly addressFamily: string;
  readonly cidr: string;
  readonly description: string;
  /** Not empty where the cloud itself decides who gets the traffic. */
  readonly healthchecks: readonly unknown[];
  readonly id?: string;
  readonly ipAddress?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly reverseDns: string;
  readonly zone: string;
};

/** An elastic IP that exists already. */
export const getElasticIp = (
  query: ElasticIpQuery,
  options: pulumi.InvokeOptions,
): Promise<FoundElasticIp> => ask("getElasticIp", query, options);

export type InstanceQuery = { readonly id?: string; readonly name?: string; readonly zone: string };

/** What is asked of an instance here; the provider tells more. */
export type FoundInstance = {
  readonly elasticIpIds: readonly string[];
  readonly id?: string;
  readonly state: string;
};

/** An instance that exists, by its id or its name. */
export const getComputeInstance = (
  query: InstanceQuery,
  options: pulumi.InvokeOptions,
): Promise<FoundInstance> => ask("getComputeInstance", query, options);

const ask = <Answer>(name: string, query: object, options: pulumi.InvokeOptions) =>
  pulumi.runtime.invoke(
    `exoscale:index/${name}:${name}`,
    { ...query },
    { ...provider, ...options },
  ) as Promise<Answer>;
