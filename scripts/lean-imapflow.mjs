/**
 * An esbuild plugin: of imapflow only what posthorn calls is loaded at the start of a poll. What decodes charsets is loaded when a
 * name needs it; a logger, a proxy client and the decoding of downloads, which are never asked for, are left out.
 */
import { join } from 'node:path';

/** Beside the program in dist/: CommonJS, loaded whole at the first use of one of the packages in it. */
export const charsets = 'imapflow-charsets';
const inCharsets = ['libmime', 'iconv-lite', 'encoding-japanese'];

/** Packages and modules of imapflow to the names that are imported from each; whoever calls one meets an error. */
const neverCalled = {
  pino: ['default'],
  socks: ['SocksClient'],
  './download.js': ['downloadMessage', 'downloadMessageParts'],
};

const fromImapflow = /[\\/]node_modules[\\/]imapflow[\\/]/;

function lateModule(name) {
  return `
import { createRequire } from 'node:module';
let loaded;
const load = () => (loaded ??= createRequire(import.meta.url)('./${charsets}.cjs')[${JSON.stringify(name)}]);
export default new Proxy({}, {
  get: (_, key) => (typeof load()[key] === 'function' ? load()[key].bind(load()) : load()[key]),
});`;
}

function missingModule(name) {
  const refusal = `() => { throw new Error(${JSON.stringify(`${name} is not part of this build`)}); }`;
  return neverCalled[name]
    .map((each) =>
      each === 'default' ? `export default ${refusal};` : `export const ${each} = ${refusal};`,
    )
    .join('\n');
}

export const leanImapflow = {
  name: 'lean-imapflow',
  setup({ onResolve, onLoad }) {
    const names = [...inCharsets, ...Object.keys(neverCalled)];
    const filter = new RegExp(`^(?:${names.map(escaped).join('|')})$`);
    onResolve({ filter }, ({ path, importer }) =>
      fromImapflow.test(importer)
        ? { path, namespace: 'lean-imapflow', sideEffects: false }
        : undefined,
    );
    onLoad({ filter: /^/, namespace: 'lean-imapflow' }, ({ path }) => ({
      contents: inCharsets.includes(path) ? lateModule(path) : missingModule(path),
    }));
  },
};

function escaped(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** The build of the file that the late modules load. */
export function charsetsBuild(root) {
  const lines = inCharsets.map(
    (name) => `exports[${JSON.stringify(name)}] = require(${JSON.stringify(name)});`,
  );
  return {
    stdin: {
      contents: lines.join('\n'),
      resolveDir: join(root, 'node_modules', 'imapflow'),
      loader: 'js',
    },
    outfile: join(root, 'dist', `${charsets}.cjs`),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minifyWhitespace: true,
    metafile: true,
    logLevel: 'warning',
    legalComments: 'none',
  };
}
