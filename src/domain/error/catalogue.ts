interface Entry {
  /** HTTP status at the API. */
  readonly status: number;
  /** When this is said, for docs/errors.md. */
  readonly meaning: string;
  /** What to do, unless the place that raises it knows better. */
  readonly remedy: string;
}

function entry(status: number, meaning: string, remedy: string): Entry {
  return { status, meaning, remedy };
}

/**
 * Every error a user can meet, by stable code. Nothing else invents codes; `docs/errors.md` is checked against this
 * table. Codes are never renamed: programs match on them.
 */
export const CATALOGUE = {
  // The appliance itself
  internal: entry(500, 'A fault of ours.', 'See the log of the appliance around this time and report it.'),
  'not-ready': entry(
    503,
    'A part of the appliance is not up yet.',
    'Wait a moment and try again; `hearth doctor` says which part.',
  ),
  'storage-full': entry(
    507,
    'The disk that holds the data directory is full or read-only.',
    'Free space on that disk; work resumes by itself.',
  ),
  'storage-locked': entry(
    503,
    'Another program holds the database.',
    'Stop the other program; the appliance must be the only writer.',
  ),
  'storage-damaged': entry(
    503,
    'The database or a key in the data directory is damaged, missing or of another version.',
    'Restore the data directory from a backup; nothing was changed.',
  ),
  'already-running': entry(
    409,
    'Another appliance runs on this data directory.',
    'Stop it first, or give this one its own --data.',
  ),
  'not-running': entry(
    503,
    'No appliance answers on its socket.',
    'Start it with `hearth serve`, or name another one with --server.',
  ),

  // Configuration and input
  'config-invalid': entry(400, 'A configuration file has a mistake.', 'Correct the line that is named.'),
  'input-invalid': entry(
    400,
    'A value given by the user is not allowed.',
    'Correct the value that is named.',
  ),
  'ambiguous-default': entry(
    400,
    'More than one choice exists and none was named.',
    'Name one of those listed.',
  ),
  'too-large': entry(413, 'An upload or body is larger than allowed.', 'Send less.'),

  // Access
  'sign-in-required': entry(
    401,
    'The request carries no valid session or token.',
    'Sign in, or set HEARTH_TOKEN.',
  ),
  forbidden: entry(403, 'The signed-in user may not do this.', 'Ask an administrator.'),
  'sign-in-failed': entry(
    401,
    'Name or password is wrong.',
    'Try again; `hearth admin reset` makes a new password on the machine itself.',
  ),
  'password-change-required': entry(
    403,
    'The password was given for one use only and must be changed first.',
    'Choose a password of your own, then go on.',
  ),
  'cross-site': entry(
    403,
    'A page of another site tried to act with your session.',
    'Work in the pages of the appliance itself; programs use a token.',
  ),
  'user-not-found': entry(404, 'No user or token has this name.', 'Check the name.'),
  'user-exists': entry(409, 'A user with this name exists.', 'Choose another name.'),
  'too-many-attempts': entry(429, 'Too many attempts in a short time.', 'Wait as long as Retry-After says.'),

  // Hosts
  'not-found': entry(404, 'No such page or object.', 'Check the name.'),
  'host-not-found': entry(404, 'No host has this name.', '`hearth host list` shows the names.'),
  'host-exists': entry(
    409,
    'A host with this name, MAC or address exists already.',
    'Choose another, or release the other host first.',
  ),
  'host-state': entry(
    409,
    'The host is in a state in which this cannot be done.',
    '`hearth host show` says what it waits for.',
  ),
  'host-incomplete': entry(
    409,
    'Something the install needs is not known yet.',
    'Set what is named with `hearth host assign` or in the form.',
  ),

  // Boot artefacts
  'token-refused': entry(
    403,
    'A boot token is unknown, used up, expired or used from another address.',
    'Arm the host again: `hearth host arm NAME`.',
  ),
  'not-yet': entry(
    503,
    'The host must wait for something, usually the API server of its cluster.',
    'Nothing: the host retries by itself.',
  ),

  // Media and images
  'media-not-found': entry(
    404,
    'No installer medium has this name.',
    '`hearth media list` shows the names; `hearth media import FILE.iso` adds one.',
  ),
  'media-invalid': entry(
    422,
    'The file is not an installer ISO that Hearth can use.',
    'Check the download against its published checksum.',
  ),
  'media-exists': entry(409, 'A medium with this name exists.', 'Give another name with --name.'),
  'image-not-found': entry(
    404,
    'No operating system image has this name.',
    '`hearth image list` shows the names; `hearth image import PATH` adds one.',
  ),
  'image-invalid': entry(
    422,
    'The path is not an OSTree archive or OCI archive that Hearth can use.',
    'Make it with `ocne image create --type ostree`.',
  ),
  'image-exists': entry(409, 'An image with this name exists.', 'Give another name with --name.'),

  // Clusters
  'cluster-not-found': entry(404, 'No cluster has this name.', '`hearth cluster list` shows the names.'),
  'cluster-exists': entry(
    409,
    'A cluster with this name exists.',
    'Choose another name in the cluster file.',
  ),
  'cluster-invalid': entry(
    400,
    'The cluster file asks for something impossible.',
    'Correct the field that is named.',
  ),
  'cluster-hosts': entry(
    409,
    'The hosts at hand do not make the cluster that was asked for.',
    'Add or accept hosts, or ask for fewer; `hearth host list` shows what there is.',
  ),
  'cluster-not-up': entry(
    409,
    'Not every host of a cluster became a node.',
    '`hearth host show NAME` says why and what to do.',
  ),
  'cluster-in-use': entry(409, 'Hosts still belong to the cluster.', 'Release them first, or add --force.'),
  'cluster-unreachable': entry(
    503,
    'The Kubernetes API of a cluster does not answer, or cannot work now.',
    'Check that a control plane runs and that the appliance reaches the address of the cluster.',
  ),
  'cluster-refused': entry(
    502,
    'The Kubernetes API of a cluster answered, but would not do what it was asked.',
    'Read what it said; it is quoted in the message.',
  ),

  // Networks
  'network-not-found': entry(404, 'No network has this name.', '`hearth network list` shows the names.'),
  'interface-missing': entry(
    503,
    'A configured interface does not exist or has no address.',
    'Plug it in or correct `interface` in hearth.yaml; it is taken up when it appears.',
  ),
  'port-in-use': entry(
    503,
    'Another program listens on a port the appliance needs.',
    'Stop the program that is named, or move the port.',
  ),
  'permission-denied': entry(
    503,
    'The appliance may not open a low port or a file.',
    'Run it as root or grant CAP_NET_BIND_SERVICE.',
  ),
} as const satisfies Record<string, Entry>;

/** A stable error code. */
export type ProblemCode = keyof typeof CATALOGUE;
