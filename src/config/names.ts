/** Names that every part of one installation agrees on. */
export interface ResourceNames {
  readonly bucket: string
  readonly pipeline: string
  readonly modelPackageGroup: string
  readonly alertTopic: string
  readonly stagingEndpoint: string
  readonly productionEndpoint: string
  readonly retrainingRule: string
}

export function resourceNames(accountId: string, region: string): ResourceNames {
  return {
    bucket: `skyloop-${accountId}-${region}`,
    pipeline: 'skyloop-detection',
    modelPackageGroup: 'skyloop-detectors',
    alertTopic: 'skyloop-alerts',
    stagingEndpoint: 'skyloop-staging',
    productionEndpoint: 'skyloop-production',
    retrainingRule: 'skyloop-retrain-on-violations',
  }
}

/** Image of this package's own job programs, in the account's registry. */
export function skyloopImageUri(accountId: string, region: string): string {
  return `${accountId}.dkr.ecr.${region}.amazonaws.com/skyloop:latest`
}
