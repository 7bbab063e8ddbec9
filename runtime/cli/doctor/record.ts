/** Checks whether the recording folder can be written. */
import { mkdtemp, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { escapeText } from '../../core/quoting.js';
import type { Finding } from './finding.js';

const explanations: Readonly<Record<string, string>> = {
  EACCES: 'it is not allowed',
  EPERM: 'it is not allowed',
  ENOTDIR: 'it is no folder',
  EROFS: 'nothing can be written there',
  ENOSPC: 'the disk is full',
};

export async function judgeRecord(folder: string): Promise<Finding> {
  const found = { check: 'record', facts: { folder } } as const;
  const name = escapeText(folder);
  const path = resolve(folder);
  try {
    const there = await nearestTo(path);
    await rmdir(await mkdtemp(join(there, '.mcp-polygon-')));
    const how = there === path ? 'can be written' : 'is made when the first frame comes';
    return { ...found, result: 'ok', message: `${name} ${how}` };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return {
      ...found,
      result: 'fail',
      message: `${name} cannot be written: ${explanations[code] ?? 'the system refuses it'} (${code})`,
      toDo: 'Name another folder with --record, or let this user write there.',
    };
  }
}

/** The path, or its nearest parent that exists. */
async function nearestTo(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    return nearestTo(dirname(path));
  }
}
