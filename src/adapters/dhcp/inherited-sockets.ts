/** The first descriptor that systemd passes (sd_listen_fds(3)). */
const FIRST_FD = 3;

/** Descriptors already handed out: a descriptor can be adopted once, a device that comes back needs a new socket. */
const taken = new Set<number>();

/**
 * The socket that systemd opened for a device: `LISTEN_FDNAMES` holds the device's name for port 67 and
 * `<device>-4011` for the PXE port (`FileDescriptorName=` in the `.socket` unit).
 */
export function inheritedSocket(
  device: string,
  port: number,
  environment: NodeJS.ProcessEnv = process.env,
  pid: number = process.pid,
): number | undefined {
  if (environment['LISTEN_PID'] !== String(pid)) return undefined;
  const count = Number(environment['LISTEN_FDS'] ?? 0);
  const names = (environment['LISTEN_FDNAMES'] ?? '').split(':');
  const wanted = port === 67 ? device : `${device}-${port}`;
  for (let index = 0; index < count; index += 1) {
    const fd = FIRST_FD + index;
    if (names[index] !== wanted || taken.has(fd)) continue;
    taken.add(fd);
    return fd;
  }
  return undefined;
}
