/** Formats findings: lines for people, one document for programs. */

import { isoOrNull } from '../../core/time.js';
import { type Facts, type Finding, isFine, listToDos } from './finding.js';

const resultWidth = 4;
const labelWidth = 8;
const indent = ' '.repeat(resultWidth + labelWidth + 4);

export function describeFinding({ check, name, result, message, details = [] }: Finding): string {
  const label = check === 'market' && name !== undefined ? name : check;
  const head = `${result.padEnd(resultWidth)}  ${label.padEnd(labelWidth)}  `;
  const text = check === 'host' || check === 'events' ? `${name}: ${message}` : message;
  return [`${head}${text}`, ...details.map(line => `${indent}${line}`), ''].join('\n');
}

export function describeEnd(findings: readonly Finding[]): string {
  const toDos = listToDos(findings);
  if (toDos.length === 0) return '\nNothing to do.\n';
  return ['\nWhat to do:', ...toDos.map((toDo, index) => `${index + 1}. ${toDo}`), ''].join('\n');
}

/** @param atMs time of the checks, wall clock ms */
export function showReport(version: string, atMs: number, findings: readonly Finding[]): Facts {
  return {
    ok: isFine(findings),
    version,
    at: isoOrNull(atMs),
    checks: findings.map(({ check, name, result, message, toDo, facts }) => ({
      check,
      ...(name === undefined ? {} : { name }),
      result,
      message,
      ...(toDo === undefined ? {} : { to_do: toDo }),
      ...facts,
    })),
    to_do: listToDos(findings),
  };
}
