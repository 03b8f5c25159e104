import type { DescribeProcessingJobResponse } from '@aws-sdk/client-sagemaker'
import { text, type Value } from '../dsl/reference.ts'
import { processingStep } from '../steps/job-steps.ts'
import { RETRY_SERVICE_FAULTS, type CachePolicy, type Step } from '../steps/step.ts'
import type { StepContext } from './settings.ts'
import { skyloopJob, type ProcessingResources } from './skyloop-job.ts'

export interface PreprocessingOptions extends ProcessingResources {
  /** @default 'Preprocess' */
  readonly name?: string
  /** S3 prefix of raw images and labels in the YOLO layout. */
  readonly inputData: Value<string>
  /** Side in pixels of the squares cut from each frame, or `none` for whole frames. @default '640' */
  readonly tileSize?: Value<string>
  /** Factor between a tile and the network's input. @default 0.5 */
  readonly tileScale?: Value<number>
  /** Side of the network's input in pixels. @default 320 */
  readonly imageSize?: Value<number>
  /** Part of the flights that becomes `val` where the data has no split of its own. @default 0.2 */
  readonly validationFraction?: Value<number>
  /** @default 0 */
  readonly seed?: Value<number>
  /** What happens with images that cannot be decoded. @default 'fail' */
  readonly onCorrupt?: Value<'fail' | 'skip'>
  /** @default reused for 30 days while input and arguments stay the same */
  readonly cache?: CachePolicy | 'off'
}

/** Tiles, splits and versions raw data. Output `dataset`: the prepared data set. */
export function createPreprocessingStep(
  context: StepContext,
  options: PreprocessingOptions,
): Step<DescribeProcessingJobResponse> {
  const cache = options.cache ?? { expireAfter: 'P30D' }
  return processingStep({
    name: options.name ?? 'Preprocess',
    displayName: 'Prepare the data set',
    description: 'Cuts frames into tiles, splits by flight and computes the data set version',
    arguments: skyloopJob(context, {
      ...options,
      program: 'preprocess',
      arguments: [
        '--tile',
        options.tileSize ?? '640',
        '--scale',
        text(options.tileScale ?? 0.5),
        '--imgsz',
        text(options.imageSize ?? 320),
        '--val-fraction',
        text(options.validationFraction ?? 0.2),
        '--seed',
        text(options.seed ?? 0),
        '--on-corrupt',
        options.onCorrupt ?? 'fail',
      ],
      inputs: { input: options.inputData },
      outputs: [['dataset', 'output']],
    }),
    retry: RETRY_SERVICE_FAULTS,
    ...(cache === 'off' ? {} : { cache }),
  })
}
