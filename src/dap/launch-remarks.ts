/** What a launch asks for that changes nothing: said once in the Debug Console instead of being passed over. */
import { FILE_PROBLEMS, type Host, HostFileError } from '../base/host';
import { t } from '../base/l10n';
import type { LaunchArguments } from './launch-schema';

/** A line for each key without effect. Looks at the folders of `sourceMap` through the host. */
export async function launchRemarks(launch: LaunchArguments, host: Host): Promise<string[]> {
  const remarks: string[] = [];
  for (const [at, image] of (launch.images ?? []).entries()) {
    if (image.symbolsOnly === false) {
      remarks.push(
        t`"images[${at}].symbolsOnly": false has no effect: Worldstep loads "program" only, other images give their symbols. The kernel has to load ${image.path} itself.`,
      );
    }
  }
  for (const [prefix, folder] of Object.entries(launch.sourceMap ?? {})) {
    if (await isMissing(host, folder)) {
      remarks.push(
        t`"sourceMap": ${folder} (for ${prefix}) does not exist, so those sources cannot be shown. Correct the path in launch.json.`,
      );
    }
  }
  return remarks;
}

async function isMissing(host: Host, folder: string): Promise<boolean> {
  try {
    await host.stat(folder);
    return false;
  } catch (error) {
    return error instanceof HostFileError && error.reason === FILE_PROBLEMS.missing;
  }
}
