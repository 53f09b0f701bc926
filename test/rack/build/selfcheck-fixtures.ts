/** What the appliance would answer, written by hand as small as OCNE allows. */

type Firmware = 'bios' | 'uefi';

export function bootScript(origin: string, mac: string, firmware: Firmware, installed: boolean): string {
  if (mac === '') {
    // The machine says who it is by asking again.
    return `#!ipxe\nchain ${origin}/boot.ipxe?mac=\${net0/mac}&firmware=\${platform:uristring}\n`;
  }
  if (installed) {
    // EDK2 shows its boot menu when a boot option ends well; after an error it goes on to the disk.
    return firmware === 'bios' ? '#!ipxe\nsanboot --no-describe --drive 0x80\n' : '#!ipxe\nexit 1\n';
  }
  const arguments_ = [
    `initrd=initrd.img inst.stage2=${origin}/iso inst.ks=${origin}/ks.cfg?mac=${mac}&firmware=${firmware}`,
    `BOOTIF=01-${mac.replaceAll(':', '-')} ip=dhcp inst.text console=ttyS0 quiet`,
  ];
  return [
    '#!ipxe',
    `kernel ${origin}/iso/images/pxeboot/vmlinuz ${arguments_.join(' ')}`,
    `initrd ${origin}/iso/images/pxeboot/initrd.img`,
    'boot',
    '',
  ].join('\n');
}

export function kickstart(origin: string, mac: string, firmware: Firmware): string {
  const esp =
    firmware === 'bios'
      ? 'part biosboot --fstype=biosboot --size=1 --ondisk=vda'
      : 'part /boot/efi --fstype=efi --label=efi --size=128 --ondisk=vda';
  const append = `rw ip=dhcp rd.neednet=1 ignition.platform.id=metal ignition.config.url=${origin}/config.ign?mac=${mac} ignition.firstboot=1`;
  return [
    'logging --level=info',
    'keyboard us',
    'lang en_US.UTF-8',
    'timezone UTC',
    'text',
    'reboot',
    'selinux --enforcing',
    'firewall --use-system-defaults',
    'network --bootproto=dhcp --hostname=installed.example',
    'rootpw --lock',
    'zerombr',
    '%include /tmp/disk.ks',
    'part /boot --fstype=xfs --label=boot --size=512 --ondisk=vda',
    esp,
    'part / --fstype=xfs --label=root --grow --size=2048 --ondisk=vda',
    'services --enabled=ostree-remount',
    `bootloader --append="${append}" --boot-drive=vda`,
    `ostreesetup --nogpg --osname=ock --url=${origin}/ostree --ref=ock`,
    '%pre --interpreter=/bin/bash --erroronfail',
    'lsblk -dno NAME,SIZE,SERIAL; ls /dev/disk/by-id; cat /sys/class/dmi/id/product_serial; ip -br link',
    'echo "ignoredisk --only-use=vda" >/tmp/disk.ks',
    'echo "clearpart --all --drives=vda --initlabel --disklabel=gpt" >>/tmp/disk.ks',
    '%end',
    '%post --erroronfail --log=/root/post.log',
    `curl -sf "${origin}/installed?mac=${mac}"`,
    '%end',
    '%onerror',
    'echo onerror ran',
    '%end',
    '',
  ].join('\n');
}

/** The part of ocne.sh that the stand-in's commands can show: node address, crio, kubeadm. */
const ocneScript = `#!/bin/bash
set -x -e
NODE_IP=$(ip addr show $NET_INTERFACE | grep -o 'inet6\\? [^/]*' | head -n 1 | cut -d' ' -f2)
if [ -f /etc/kubernetes/kubelet.conf ]; then exit 0; fi
systemctl enable --now crio.service
systemctl enable kubelet.service
sed -i "s/NODE_IP/$NODE_IP/g" /etc/kubernetes/kubeadm.conf
kubeadm $ACTION --config /etc/kubernetes/kubeadm.conf
`;

export function ignition(mac: string): string {
  const kubeadm = [
    'apiVersion: kubeadm.k8s.io/v1beta3',
    'kind: InitConfiguration',
    'localAPIEndpoint:',
    '    advertiseAddress: NODE_IP',
    '    bindPort: 6444',
    '---',
    'apiVersion: kubeadm.k8s.io/v1beta3',
    'kind: ClusterConfiguration',
    'controlPlaneEndpoint: 10.20.0.50:6443',
    '',
  ].join('\n');
  return JSON.stringify({
    ignition: { version: '3.3.0' },
    passwd: { users: [{ name: 'ocne', groups: ['wheel'], shell: '/usr/bin/rescue.sh' }] },
    storage: {
      directories: [{ path: '/etc/ocne/ock/patches' }],
      files: [
        file('/etc/hostname', 0o644, `node-${mac.slice(-2)}\n`),
        file('/etc/ocne/ocne.sh', 0o555, ocneScript),
        file('/etc/kubernetes/kubeadm.conf', 0o600, kubeadm),
        {
          ...file('/etc/keepalived/keepalived.conf', 0o644, '# VRRP\n'),
          user: { name: 'keepalived_script' },
        },
      ],
    },
    systemd: {
      units: [
        { name: 'ocne.service', enabled: true, dropins: [bootstrapDropin] },
        ...['ocne-update', 'crio', 'kubelet', 'keepalived'].map((name) => ({
          name: `${name}.service`,
          enabled: true,
        })),
      ],
    },
  });
}

const bootstrapDropin = {
  name: 'bootstrap.conf',
  contents: '[Service]\nEnvironment=ACTION=init\nEnvironment=NET_INTERFACE=enp0s2\n',
};

function file(path: string, mode: number, text: string): object {
  return { path, mode, overwrite: true, contents: { source: `data:,${encodeURIComponent(text)}` } };
}
