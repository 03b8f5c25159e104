import type { DescribeProcessingJobResponse } from '@aws-sdk/client-sagemaker'
import { text, type Value } from '../dsl/reference.ts'
import { processingStep } from '../steps/job-steps.ts'
import { RETRY_SERVICE_FAULTS, type CachePolicy, type Step, type StepOptions } from '../steps/step.ts'
import type { StepContext } from './settings.ts'
import { skyloopJob, type ProcessingResources } from './skyloop-job.ts'

export interface ProfilingOptions extends ProcessingResources {
  /** @default 'Profile' */
  readonly name?: string
  /** S3 prefix of images, with YOLO labels or without. */
  readonly inputData: Value<string>
  /** At most that many images, chosen fairly. @default all */
  readonly sample?: Value<number>
  /** Chooses the sample. @default 0 */
  readonly seed?: Value<number>
  /** The execution fails when a larger share of the images cannot be read, 0 to 1. @default 1: never */
  readonly maxErrorRate?: Value<number>
  /** @default reused for 30 days while input and arguments stay the same */
  readonly cache?: CachePolicy | 'off'
  readonly dependsOn?: StepOptions['dependsOn']
}

/**
 * Measures a set and says what to do about it. Output `profile`: `profile.json`, `profile.html`, `profile.txt`; later
 * steps read numbers of the first through the property file `ProfileReport`, such as `counts.errorRate`.
 */
export function createProfilingStep(
  context: StepContext,
  options: ProfilingOptions,
): Step<DescribeProcessingJobResponse> {
  const cache = options.cache ?? { expireAfter: 'P30D' }
  return processingStep({
    name: options.name ?? 'Profile',
    displayName: 'Profile the images',
    description: 'Measures every image, finds outliers, look-alikes and corrupt files, and recommends what to do',
    arguments: skyloopJob(context, {
      ...options,
      program: 'profile',
      arguments: [
        ...(options.sample === undefined ? [] : ['--sample', text(options.sample)]),
        '--seed',
        text(options.seed ?? 0),
        '--max-error-rate',
        text(options.maxErrorRate ?? 1),
      ],
      inputs: { input: options.inputData },
      outputs: ['profile'],
    }),
    propertyFiles: [{ name: 'ProfileReport', outputName: 'profile', path: 'profile.json' }],
    retry: RETRY_SERVICE_FAULTS,
    dependsOn: options.dependsOn,
    ...(cache === 'off' ? {} : { cache }),
  })
}
