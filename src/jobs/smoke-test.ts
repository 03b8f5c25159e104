import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import sharp from 'sharp'
import { SkyloopError } from '../core/errors.ts'
import { isObject, parseJson } from '../core/json.ts'
import { SMOKE_TEST_ID } from '../monitor/capture.ts'

export interface SmokeResult {
  readonly predictions: number
  readonly milliseconds: number
  readonly variant: string | null
}

/**
 * Invokes an endpoint once and checks that it answers with predictions.
 *
 * @param imagePath a JPEG or PNG @default a generated 640x480 px JPEG
 * @throws SkyloopError `jobs.deploy.smoke` when the answer has no predictions; the SDK's error when it is refused
 */
export async function smokeTest(EndpointName: string, imagePath?: string): Promise<SmokeResult> {
  const Body = imagePath === undefined ? await generatedImage() : await readFile(imagePath)
  const ContentType = extname(imagePath ?? '').toLowerCase() === '.png' ? 'image/png' : 'image/jpeg'
  const client = new SageMakerRuntimeClient({})
  try {
    const started = performance.now()
    const answer = await client.send(
      new InvokeEndpointCommand({ EndpointName, ContentType, Body, InferenceId: SMOKE_TEST_ID }),
    )
    const milliseconds = performance.now() - started
    const text = Buffer.from(answer.Body).toString('utf8')
    const value = parseJson(text, `the answer of ${EndpointName}`)
    const predictions = isObject(value) ? value['predictions'] : undefined
    if (!Array.isArray(predictions)) {
      throw new SkyloopError({
        code: 'jobs.deploy.smoke',
        fault: 'machine',
        message: `${EndpointName} answered without "predictions": ${text.slice(0, 200)}`,
      })
    }
    return { predictions: predictions.length, milliseconds, variant: answer.InvokedProductionVariant ?? null }
  } finally {
    client.destroy()
  }
}

/** Grey noise: enough to prove that decoding, tiling and the network work, with nothing to find. */
async function generatedImage(): Promise<Buffer> {
  const noise = { type: 'gaussian' as const, mean: 110, sigma: 25 }
  return sharp({ create: { width: 640, height: 480, channels: 3, background: '#6e6e6e', noise } })
    .jpeg()
    .toBuffer()
}
