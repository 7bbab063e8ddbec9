import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './project.js';

/** @returns the names of all tools, sorted: those that have a snapshot */
export function toolNames(): string[] {
  return readdirSync(join(repository, 'test/snapshots/tools'))
    .map(file => file.replace('.json', ''))
    .sort();
}
