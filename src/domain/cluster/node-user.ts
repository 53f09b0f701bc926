import type { IgnitionUser } from '../../protocol/ignition/config.ts';
import type { ClusterConfig } from './config.ts';

/** The user `ocne` with the rescue shell of the image; it can sign in only with the key or password that was given. */
export function nodeUser(config: Pick<ClusterConfig, 'sshPublicKey' | 'password'>): IgnitionUser {
  return {
    groups: ['wheel'],
    name: 'ocne',
    noCreateHome: false,
    ...(config.password === '' ? {} : { passwordHash: config.password }),
    primaryGroup: '',
    shell: '/usr/bin/rescue.sh',
    ...(config.sshPublicKey === '' ? {} : { sshAuthorizedKeys: [config.sshPublicKey] }),
    system: false,
  };
}
