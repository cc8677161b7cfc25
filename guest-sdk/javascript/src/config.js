// The image config, after the OCI image specification.

import { checkMembers, refusingUnknown } from './members.js';

/** The members of each part, by what an author writes for it. */
const PARTS = [
  ['image.config', ['architecture', 'os', 'variant', 'created', 'author', 'config', 'rootfs', 'os.version']],
  ['image.config.config', ['User', 'ExposedPorts', 'Env', 'Entrypoint', 'Cmd', 'Volumes', 'WorkingDir', 'Labels', 'StopSignal', 'Healthcheck']],
  ['image.config.config.Healthcheck', ['Test', 'Interval', 'Timeout', 'StartPeriod', 'StartInterval', 'Retries']],
  ['image.config.rootfs', ['type', 'diff_ids']],
];

const [TOP, EXECUTION, HEALTHCHECK, ROOTFS] = PARTS.map(([shown, members]) => refusingUnknown(`\`${shown}\``, members, { elsewhere: PARTS }));

/** The image config of a document that the host made. A member that it may have and has not is undefined; any other name is an error. */
export function readConfig(document) {
  const config = JSON.parse(document);
  const execution = { ...config.config };
  if (execution.Healthcheck) execution.Healthcheck = new Proxy(execution.Healthcheck, HEALTHCHECK);
  return new Proxy({ ...config, config: new Proxy(execution, EXECUTION), rootfs: new Proxy(config.rootfs, ROOTFS) }, TOP);
}

/** Throws where a test gives an image config members that no image config has. */
export function checkConfig(config) {
  for (const [part, [shown, members]] of [config, config.config, config.config?.Healthcheck, config.rootfs].map((part, index) => [part, PARTS[index]])) {
    checkMembers(part ?? {}, members, `\`${shown}\``, PARTS);
  }
}
