import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { optionTable } from '../../runtime/config/options.js';
import { readSettings } from '../../runtime/config/settings.js';
import { repository } from '../support/project.js';

const read = (path: string): string => readFileSync(join(repository, path), 'utf8');
const server = JSON.parse(read('server.json'));

/** What the registry's schema of 2025-12-11 says of the parts that we use; a part that is not here is refused. */
const exactVersion = z.string().regex(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
const environmentVariable = z.strictObject({
  name: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
  description: z.string().min(1),
  isRequired: z.boolean(),
  isSecret: z.boolean().optional(),
  default: z.string().optional(),
  placeholder: z.string().optional(),
});
const registrySchema = z.strictObject({
  $schema: z.literal('https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'),
  name: z
    .string()
    .min(3)
    .max(200)
    .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
  title: z.string().min(1).max(100),
  description: z.string().min(1).max(100),
  version: exactVersion,
  packages: z
    .array(
      z.strictObject({
        registryType: z.enum(['npm', 'pypi', 'nuget', 'oci', 'mcpb']),
        identifier: z.string().min(1),
        version: exactVersion,
        runtimeHint: z.string(),
        transport: z.strictObject({ type: z.literal('stdio') }),
        environmentVariables: z.array(environmentVariable),
      }),
    )
    .length(1),
});

describe('server.json', () => {
  test('has the form that the registry wants', () => {
    expect(registrySchema.safeParse(server).error?.issues ?? []).toEqual([]);
  });

  test('bears the name by which the package vouches for it', () => {
    expect(server.name).toBe(manifest.mcpName);
    expect(server.packages[0].identifier).toBe(manifest.name);
  });

  test('names variables that the server reads, with their defaults', () => {
    const known = [
      'POLYGON_API_KEY',
      'POLYGON_FEED',
      'MCP_POLYGON_MARKETS',
      'MCP_POLYGON_ALLOWED_HOSTS',
      ...Object.values(optionTable).map(({ variable }) => variable),
    ];
    const variables = server.packages[0].environmentVariables as z.infer<typeof environmentVariable>[];
    const defaults = Object.fromEntries(variables.map(({ name, default: value }) => [name, value]));

    expect(variables.map(({ name }) => name).filter(name => !known.includes(name))).toEqual([]);
    expect(readSettings(defaults, []).settings).toEqual(readSettings({}, []).settings);
  });

  test('marks the key, and nothing else, as secret', () => {
    const variables = server.packages[0].environmentVariables as z.infer<typeof environmentVariable>[];
    const secret = variables.filter(({ isSecret }) => isSecret).map(({ name }) => name);

    expect(secret).toEqual(['POLYGON_API_KEY']);
  });
});

test('one version stands in every manifest', () => {
  const versions = {
    'server.json': server.version,
    'server.json, its package': server.packages[0].version,
    'manifest.json': JSON.parse(read('manifest.json')).version,
    'package-lock.json': JSON.parse(read('package-lock.json')).version,
  };

  expect(versions).toEqual(Object.fromEntries(Object.keys(versions).map(name => [name, manifest.version])));
});

test('one description stands in every manifest of a registry', () => {
  expect(JSON.parse(read('manifest.json')).description).toBe(server.description);
});
