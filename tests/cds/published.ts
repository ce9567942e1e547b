/** The published contract of a running service, and validators made of it: nothing but what an integrator has. */
import { Ajv2020, type AnySchemaObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export interface Contract {
  readonly openapi: any;
  /** By the last part of their address, without .json. */
  readonly schemas: ReadonlyMap<string, AnySchemaObject>;
  /** The errors of that value against the schema of that name; none where it is valid. */
  errors(name: string, value: unknown): unknown[];
}

const json = async (url: string): Promise<any> => (await fetch(url)).json();

/** Reads everything that GET /schemas lists. */
export async function readContract(serviceUrl: string): Promise<Contract> {
  const { schemas: addresses } = (await json(`${serviceUrl}/schemas`)) as { schemas: string[] };
  const read = await Promise.all(
    addresses.map(async (address): Promise<[string, AnySchemaObject]> => {
      // The addresses are those of the configured public base URL; it is this process that is asked.
      const name = address.slice(address.lastIndexOf('/schemas/') + '/schemas/'.length);
      return [name.replace(/\.json$/, ''), await json(`${serviceUrl}/schemas/${name}`)];
    }),
  );
  const ajv = new Ajv2020({ strict: true, allErrors: false, allowUnionTypes: true });
  addFormats.default(ajv);
  const validators = new Map(
    read.map(([name, schema]): [string, ValidateFunction] => [name, ajv.compile(schema)]),
  );
  return {
    openapi: await json(`${serviceUrl}/openapi.json`),
    schemas: new Map(read),
    errors: (name, value) => {
      const validate = validators.get(name);
      if (validate === undefined) throw new Error(`no schema ${name}`);
      return validate(value) ? [] : [...(validate.errors ?? [])];
    },
  };
}
