import type { DeploymentConfig } from '@aws-sdk/client-sagemaker'
import type { Checked } from '../checked.ts'
import { notImplementedHere } from '../errors.ts'

/** All traffic at once is what this engine does; gradual shifts and roll-back on alarms are refused by name. */
export function checkDeploymentConfig(config: Checked<DeploymentConfig> | undefined): void {
  if (config?.RollingUpdatePolicy) throw notImplementedHere('DeploymentConfig.RollingUpdatePolicy')
  if (config?.AutoRollbackConfiguration?.Alarms?.length) {
    throw notImplementedHere('DeploymentConfig.AutoRollbackConfiguration.Alarms')
  }
  const type = config?.BlueGreenUpdatePolicy?.TrafficRoutingConfiguration.Type
  if (type !== undefined && type !== 'ALL_AT_ONCE') throw notImplementedHere(`TrafficRoutingConfiguration.Type ${type}`)
}
