import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './project.js';

/** @returns the sorted names of all tools, which are those with a snapshot */
export function toolNames(): string[] {
  return readdirSync(join(repository, 'test/snapshots/tools'))
    .map(file => file.replace('.json', ''))
    .sort();
}
