import { readOptions } from '../../runtime/config/options.js';

/** The options when no setting is given. */
export const { options: defaultOptions } = readOptions(name => ({ name, text: undefined }));
