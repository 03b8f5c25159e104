import type { FoundBox, Propose } from '../../label/assist/scout.ts'
import type { Context } from '../command.ts'
import { UsageError } from '../failure.ts'
import { resolve } from 'node:path'

/** A model that proposes boxes, with the resources it holds. */
export interface Proposer extends AsyncDisposable {
  readonly model: string
  readonly propose: Propose
}

export interface ProposerOptions {
  readonly model?: string
  readonly endpoint?: string
}

/** Boxes weaker than this tell nothing, not even of uncertainty. */
const LOWEST_CONFIDENCE = 0.05

/** @returns undefined when no model was named */
export async function openProposer(context: Context, options: ProposerOptions): Promise<Proposer | undefined> {
  if (options.model !== undefined && options.endpoint !== undefined) {
    throw new UsageError({ code: 'cli.option', message: 'give --model or --endpoint, not both' })
  }
  if (options.model !== undefined) return modelProposer(resolve(context.environment.workingFolder, options.model))
  if (options.endpoint !== undefined) return endpointProposer(context, options.endpoint)
  return undefined
}

async function modelProposer(path: string): Promise<Proposer> {
  // Loaded for a model only: an endpoint brings its own runtime.
  const { openModel } = await import('../prediction/predict-files.ts')
  const session = await openModel(path)
  const { predictImage } = await import('../../yolo/predict/predict-image.ts')
  return {
    model: path,
    propose: async (image) => {
      const { detections } = await predictImage(session, image, { confidence: LOWEST_CONFIDENCE })
      return detections.map(({ classId, confidence, box }) =>
        foundBox(session.classNames[classId] ?? String(classId), confidence, box),
      )
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  }
}

async function endpointProposer(context: Context, endpoint: string): Promise<Proposer> {
  const { clients } = await context.account()
  const runtime = await clients.runtime()
  const { DescribeEndpointCommand } = await import('@aws-sdk/client-sagemaker')
  // A name with a slip in it should fail here, not once for each image.
  await (await clients.sagemaker()).send(new DescribeEndpointCommand({ EndpointName: endpoint }))
  const { invokeImage } = await import('../../deploy/invoke.ts')
  return {
    model: `endpoint ${endpoint}`,
    propose: async (image, contentType) => {
      const { predictions } = await invokeImage(runtime, endpoint, image, contentType)
      return predictions.map((found) => foundBox(found.class, found.confidence, found.box))
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** In whole pixels, as the page draws them. */
function foundBox(label: string, confidence: number, box: readonly number[]): FoundBox {
  const [x1, y1, x2, y2] = box.map(Math.round) as [number, number, number, number]
  const left = Math.max(0, x1)
  const top = Math.max(0, y1)
  const [width, height] = [Math.max(1, x2 - left), Math.max(1, y2 - top)]
  return { label, confidence, left, top, width, height }
}
