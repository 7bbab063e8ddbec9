/** The operations of the REST API as the emitters take them; the contract of the runtime has the same form. */
import type { RawRestGroup, RawRestOperation, RawRestShared } from '../load/spec-types.js';
import type { Position } from '../problem.js';

export type RestType = 'text' | 'integer' | 'number' | 'boolean' | 'date' | 'moment';

export interface RestParameter {
  readonly argument: string;
  readonly aliases: readonly string[];
  readonly wire: string | null;
  readonly place: 'path' | 'query';
  readonly type: RestType;
  readonly isList: boolean;
  readonly isRequired: boolean;
  readonly values?: readonly string[];
  readonly least?: number;
  readonly most?: number;
  readonly usual?: string | number | boolean;
  readonly unit?: string;
  readonly operators: readonly string[];
  readonly about: string;
  readonly note?: string;
  /** Whether hosts are shown it. */
  readonly isShown: boolean;
}

export interface RestColumn {
  readonly name: string;
  readonly type: string;
  readonly unit?: string;
  readonly about?: string;
}

export interface RestDerived {
  readonly wire: string;
  readonly place: 'path' | 'query';
  readonly from: string;
  readonly values: Readonly<Record<string, string>>;
}

export interface RestOperation {
  readonly raw: RawRestOperation;
  readonly group: string;
  /** Groups whose symbols it takes. */
  readonly markets: readonly string[];
  readonly toolset: string;
  readonly isTool: boolean;
  readonly parameters: readonly RestParameter[];
  readonly derived: readonly RestDerived[];
  readonly rows: { readonly path: readonly string[]; readonly shape: 'list' | 'object' };
  readonly columns: readonly RestColumn[];
  readonly isPaged: boolean;
  readonly notes: readonly string[];
  readonly synonyms: readonly string[];
  readonly asked: readonly string[];
  /** The paths of the document that it stands for. */
  readonly vendorPaths: readonly string[];
  readonly written: Position;
}

export interface RestGroup {
  readonly raw: RawRestGroup;
  /** From the root of the project. */
  readonly path: string;
  readonly operations: readonly RestOperation[];
}

export interface RestModel {
  readonly groups: readonly RestGroup[];
  readonly toolsets: RawRestShared['toolsets'];
}
