import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import type { MacAddress } from '../../protocol/address/mac.ts';
import type { LoaderChoice } from '../boot/first-stage.ts';
import type { Assignment } from './host.ts';

/** What an administrator may set; null clears a value. */
export interface HostChange {
  readonly name?: string | undefined;
  readonly macs?: readonly MacAddress[] | undefined;
  readonly uuid?: string | null | undefined;
  readonly address?: Ipv4Address | null | undefined;
  readonly assignment?: Assignment | null | undefined;
  readonly disk?: string | null | undefined;
  readonly nic?: string | null | undefined;
  readonly medium?: string | null | undefined;
  readonly image?: string | null | undefined;
  readonly loader?: LoaderChoice | null | undefined;
  readonly kernelArguments?: readonly string[] | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** A host that is entered before its machine was ever seen. */
export interface NewHost extends HostChange {
  readonly name: string;
  readonly macs: readonly MacAddress[];
}

/** What one install is made of; without a name the only medium or image is taken. */
export interface ArmRequest {
  readonly medium?: string | undefined;
  readonly image?: string | undefined;
  /** How long the machine has to start the installer. */
  readonly forSeconds?: number | undefined;
}
