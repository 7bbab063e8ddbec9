/** The vendor's description from a fixture, for tests to edit. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './project.js';

export const fixture = join(repository, 'test/fixtures/description.json');

export const description = readFileSync(fixture, 'utf8');

export const crypto = 'spec/markets/crypto.yaml';

export const unsaid = 'spec/unsaid.yaml';
