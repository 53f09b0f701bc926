/** The layers of the house: protocol knows nothing, domain knows protocol, adapters know both, cli and appliance wire. */
const layer = (name, comment, from, to) => ({ name, comment, severity: 'error', from: { path: from }, to });

module.exports = {
  forbidden: [
    layer('protocol-is-pure', 'protocol imports nothing of ours', '^src/protocol/', {
      path: '^src/',
      pathNot: '^src/protocol/',
    }),
    layer('protocol-does-no-io', 'protocol has no sockets, files, clock or processes', '^src/protocol/', {
      dependencyTypes: ['core'],
      pathNot: '^(node:)?(buffer|crypto|zlib)$',
    }),
    layer('domain-knows-protocol-only', 'domain imports protocol and itself', '^src/domain/', {
      path: '^src/',
      pathNot: '^src/(domain|protocol)/',
    }),
    layer('domain-does-no-io', 'domain reaches the world through interfaces it defines', '^src/domain/', {
      dependencyTypes: ['core'],
      pathNot: '^(node:)?(buffer|crypto)$',
    }),
    layer(
      'config-knows-no-adapters',
      'config is schemas and layers over protocol and domain',
      '^src/config/',
      {
        path: '^src/(adapters|web|cli)/',
      },
    ),
    layer(
      'adapters-do-not-wire',
      'adapters import protocol, domain, config and web views',
      '^src/adapters/',
      {
        path: '^src/(cli/|appliance)',
      },
    ),
    layer('sql-lives-in-store', 'no SQL outside adapters/store', '^src/(?!adapters/store/)', {
      path: '^node_modules/(better-sqlite3|kysely)',
    }),
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      comment: 'nothing lies about unused; the cpio codec waits for the writer of USB media',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: '\\.d\\.ts$|src/cli/main\\.ts$|-worker\\.ts$|^src/web/static/|^src/protocol/cpio/',
      },
      to: {},
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
