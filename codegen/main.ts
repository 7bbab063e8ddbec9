/**
 * `npm run codegen` writes `generated/` and the types of the spec's own loader; `-- --check` only compares;
 * `npm run docs:check` (`--docs`) only checks the spec and its citations. Exit code 1 means problems, all of them
 * listed; 2 means wrong options.
 *
 * `npm run drift` (`--drift`) compares the spec with the vendor's published description of its WebSocket, or with the
 * one at `--against`. Exit code 1 means news, 2 that nothing could be compared. `-- --lock` writes `spec/unsaid.yaml`.
 * `-- --rest DOCUMENT` compares the pinned digest of the REST API, and the spec, with a newer document of the vendor.
 *
 * `npm run digest -- DOCUMENT` (`--digest`) pins such a document as `spec/rest/digest.json`.
 */
import { runCommand } from './command.js';

process.exitCode = await runCommand(process.argv.slice(2), console);
