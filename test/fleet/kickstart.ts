/** What an installer takes out of a Kickstart of the appliance. */
export interface KickstartOrders {
  /** Reports go to paths below. */
  readonly tokenUrl: string;
  readonly imageUrl: string;
  readonly ref: string;
  /** Where the installed system asks for its Ignition config. */
  readonly ignitionUrl: string;
}

/** @throws Error naming what is missing */
export function readKickstart(text: string): KickstartOrders {
  const found = (what: string, pattern: RegExp): string => {
    const value = pattern.exec(text)?.[1];
    if (value === undefined) throw new Error(`the Kickstart has no ${what}`);
    return value;
  };
  return {
    tokenUrl: found('place to report to', /'(http:\/\/[^']+\/t\/[^'/]+)\/'/),
    imageUrl: found('image', /^ostreesetup .*--url=(\S+)/m),
    ref: found('ref', /^ostreesetup .*--ref=(\S+)/m),
    ignitionUrl: found('Ignition URL', /ignition\.config\.url=([^\s'"]+)/),
  };
}

/** The report of `%pre` for one disk and one card, in the form that `facts-report.ts` of the product documents. */
export function factsReport(machine: {
  readonly mac: string;
  readonly address: string;
  readonly firmware: string;
}): string {
  const rows = [
    ['vendor', 'Hearth'],
    ['product', 'Simulated host'],
    ['serial', machine.mac.replaceAll(':', '')],
    ['uuid', `00000000-0000-4000-8000-${machine.mac.replaceAll(':', '')}`],
    ['firmware', machine.firmware],
    ['cpus', '64'],
    ['memory-kib', '263856128'],
    ['nic', 'eno1', machine.mac, '1', `${machine.address}/16`],
    ['disk', 'sda', '960197124096', '0', 'SIMULATED SSD', 'S1', '/dev/disk/by-id/ata-SIMULATED_SSD_S1'],
  ];
  return rows.map((row) => `${row.join('\t')}\n`).join('');
}
